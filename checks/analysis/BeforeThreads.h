//===- BeforeThreads.h - Code that runs alone -------------------*- C++ -*-===//
//
// What can only run before the first thread of the program starts: main up to
// the first event that may start one, initialisers of globals, and functions
// that only such code calls. Needs the whole program with its main; otherwise
// nothing is known to run alone.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_BEFORETHREADS_H
#define RUNNEL_CHECKS_ANALYSIS_BEFORETHREADS_H

#include "checks/analysis/Summaries.h"

#include "llvm/ADT/DenseSet.h"

namespace runnel::analysis {

class BeforeThreads {
public:
  explicit BeforeThreads(const Summaries &S);

  /// All of \p F's events run before any thread starts.
  bool function(const ir::Function &F) const { return Whole.contains(&F); }
  bool event(const ir::Function &F, Point At) const;

private:
  llvm::DenseSet<const ir::Function *> Whole;
  /// Functions that start a thread themselves: per block, how many of its
  /// events run before that.
  llvm::DenseMap<const ir::Function *, std::vector<uint32_t>> Prefix;
};

} // namespace runnel::analysis

#endif
