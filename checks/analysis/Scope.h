//===- Scope.h - What happens while one guard lives -------------*- C++ -*-===//
//
// A critical section: from the event that acquires a lock to those that release
// it, on all paths, in one function. Says which events lie inside, which of
// them use data the lock may guard, and what follows the last such use.
//
// An event uses guarded data if it, or anything it calls, touches memory that
// another thread could reach: members, globals, what parameters and captures
// refer to, locals that refer to such memory. What is copied into a local is no
// longer guarded. When in doubt, it is a use.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_SCOPE_H
#define RUNNEL_CHECKS_ANALYSIS_SCOPE_H

#include "checks/analysis/Summaries.h"

namespace runnel::analysis {

struct CriticalSection {
  const ir::Function *In = nullptr;
  Point Begin;                     ///< the acquiring event
  ir::PlaceId Guard = ir::NoPlace; ///< NoPlace: locked by hand
  std::vector<LockIndex> Locks;    ///< of one Begin
  std::vector<Point> Events;       ///< inside, in order, Begin excluded
  std::vector<Point> Ends;         ///< the releasing events
  std::vector<bool> Uses;          ///< by event: uses guarded data
  /// By event: no use of guarded data is reachable from it before the end.
  std::vector<bool> Tail;
  bool Escapes = false; ///< the guard is returned, moved or passed on
};

/// All sections that \p F opens itself, by their Begin.
std::vector<CriticalSection> criticalSections(const Summaries &S,
                                              const ir::Function &F);

} // namespace runnel::analysis

#endif
