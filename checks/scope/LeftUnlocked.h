//===- LeftUnlocked.h - Locks that are not given back -----------*- C++ -*-===//
//
// A function that unlocks what its caller has locked, around something slow,
// and locks it again: on some of its ways out only. Where a guard in a caller
// holds the lock around the call, its end then unlocks what is not locked.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SCOPE_LEFTUNLOCKED_H
#define RUNNEL_CHECKS_SCOPE_LEFTUNLOCKED_H

#include "checks/analysis/Facts.h"
#include "checks/ir/Function.h"

#include <vector>

namespace runnel::scope {

struct LeftUnlocked {
  ir::Place Lock;   ///< as the function knows it
  ir::Range Where;  ///< where it leaves without the lock
  ir::Range Unlock; ///< where it was unlocked
  const ir::Function *Caller = nullptr;
  ir::Range Guard; ///< in the caller, where it was locked
};

/// In the order of the function's locks.
std::vector<LeftUnlocked> locksLeftUnlocked(const analysis::Facts &F,
                                            const ir::Function &Fn);

} // namespace runnel::scope

#endif
