//===- Analysed.h - A program from IR text, to ask questions of -*- C++ -*-===//
//
// Points of interest are calls of `probe` functions: `call p1` is the probe p1.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TEST_ANALYSIS_ANALYSED_H
#define RUNNEL_TEST_ANALYSIS_ANALYSED_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/Summaries.h"

#include <optional>
#include <string>

namespace runnel::analysis {

class Analysed {
public:
  explicit Analysed(llvm::StringRef Text, bool Whole = true);

  const ir::Function &function(llvm::StringRef Symbol) const;
  Point probe(const ir::Function &F, llvm::StringRef Name) const;

  /// What is held before the probe: "mu, other shared, third?"; a `?` for
  /// maybe, `<caller>` for what the function did not lock itself. "dead" if the
  /// probe cannot be reached.
  std::string held(llvm::StringRef Function, llvm::StringRef Probe) const;
  /// The effects of the function on its caller's locks: "+mu", "-mu", "?mu".
  std::string locks(llvm::StringRef Function) const;
  /// The effects of a kind: "sleep, file".
  std::string effects(llvm::StringRef Function, Effect::Kind K) const;

  const ir::Program &program() const { return *P; }
  const Facts &facts() const { return *F; }

private:
  std::optional<ir::Program> P;
  std::optional<Facts> F;
};

} // namespace runnel::analysis

#endif
