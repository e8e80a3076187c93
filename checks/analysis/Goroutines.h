//===- Goroutines.h - Code that runs in goroutines --------------*- C++ -*-===//
//
// What some goroutine (a fiber of any library the vocabulary knows) can reach
// by calls, and where it may give up its thread. Code that is handed to
// `runnel::blocking` and its like runs where it may do to its thread what it
// likes: it does not count. What a goroutine starts as a thread neither.
//
// Invariants:
//  1. Every function that runs() has a way(): from a start, by calls, to it.
//  2. Where a call cannot be told, what it may reach is not reached: a function
//     that does not run() may still do so.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_GOROUTINES_H
#define RUNNEL_CHECKS_ANALYSIS_GOROUTINES_H

#include "checks/analysis/Summaries.h"

namespace runnel::analysis {

class Goroutines {
public:
  Goroutines(const CallGraph &G, const ir::Program &P);

  bool runs(const ir::Function &F) const {
    auto It = Ways.find(&F);
    return It != Ways.end() && !It->second.Offloaded;
  }
  /// On a goroutine's stack, where it may block its thread or not.
  bool usesStack(const ir::Function &F) const { return Ways.count(&F) != 0; }
  /// All that usesStack(), in the order of the module.
  llvm::ArrayRef<const ir::Function *> functions() const { return Reached; }
  /// The start of a goroutine first, the call of \p F last.
  std::vector<TraceStep> way(const ir::Function &F) const;
  /// The event only hands code to something that lets it block.
  bool isOffloaded(const ir::Function &F, Point At) const;

private:
  struct Way {
    const ir::Function *From = nullptr;
    Point At;
    bool Starts = false;
    bool Offloaded = false; ///< every way goes through what lets it block
  };
  const ir::Program &P;
  llvm::DenseMap<const ir::Function *, Way> Ways;
  std::vector<const ir::Function *> Reached;
};

/// \p E may suspend a goroutine, which may go on in another thread.
bool mayLeaveThread(const Effect &E);
/// The first effect of the event at \p At that surely is one of the kind.
std::optional<Effect> suspensionAt(const Summaries &S, const ir::Function &F,
                                   Point At);
/// For messages: `'out.send'`, `'runnel::yield'`, `locking 'mu_'`.
std::string suspensionName(const ir::Program &P, const ir::Function &F,
                           const Effect &E);

} // namespace runnel::analysis

#endif
