//===- Census.h - Every mutex, and what to do with it -----------*- C++ -*-===//
//
// One line a lock: keep it, make it private, narrow its scopes, order it, or
// replace it by a channel; and why. The first that applies wins, in this order:
// what is replaced needs no order, what is ordered comes before what is merely
// exposed or held too long.
//
//   replace  all it does is to hand values over, or to tell of an event
//            (checks/share/Pattern.h)
//   order    it is in a cycle of the lock graph, or in a web
//   private  code outside of its class can get at it
//   narrow   it is held across something that takes long
//   keep     it guards the internal state of one type
//
// Verdicts are those of the checks at their default options: whatever is said
// here is a finding there, too.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_REPORT_CENSUS_H
#define RUNNEL_TOOL_REPORT_CENSUS_H

#include "checks/ir/Source.h"

#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace runnel::analysis {
class Facts;
}

namespace runnel::tool {

struct Census {
  enum Verdict : uint8_t { Keep, MakePrivate, Narrow, Order, Replace };
  struct Mutex {
    std::string Name; ///< Store::mu_, global_mutex, main::mu
    std::string Type; ///< as declared
    ir::Range Where;
    Verdict Says = Keep;
    std::string Why;
    std::vector<std::string> Guards; ///< the data it guards, by name
    unsigned Sections = 0;           ///< critical sections seen
    std::string Check;               ///< that says so; empty for Keep
  };
  std::vector<Mutex> Mutexes; ///< by file and line

  static Census of(const analysis::Facts &F);

  void writeText(llvm::raw_ostream &OS) const;
  void writeJson(llvm::raw_ostream &OS) const;
};

/// "keep", "make private", ...
const char *word(Census::Verdict V);

} // namespace runnel::tool

#endif
