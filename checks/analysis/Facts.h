//===- Facts.h - Everything passes may ask about a program ------*- C++ -*-===//
//
// The analyses of one program, each computed on first use and kept. A pass
// takes a Facts and asks; it computes nothing that another pass computes too.
//
// Thread safety: none; one thread at a time.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_FACTS_H
#define RUNNEL_CHECKS_ANALYSIS_FACTS_H

#include "checks/ir/Program.h"

#include <memory>

namespace runnel::analysis {

class Facts {
public:
  explicit Facts(const ir::Program &P);
  ~Facts();
  Facts(const Facts &) = delete;

  const ir::Program &program() const { return P; }

private:
  const ir::Program &P;
};

} // namespace runnel::analysis

#endif
