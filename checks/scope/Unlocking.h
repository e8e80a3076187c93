//===- Unlocking.h - Locks that are not unlocked once -----------*- C++ -*-===//
//
// What goes wrong when a function unlocks by hand: twice, never, as the wrong
// kind, through a guard that has nothing, or although somebody else will. Each
// answer holds on every way on from the event it begins at, so no condition
// that is not understood can make it wrong.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SCOPE_UNLOCKING_H
#define RUNNEL_CHECKS_SCOPE_UNLOCKING_H

#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Point.h"
#include "checks/analysis/Summaries.h"

#include <optional>
#include <vector>

namespace runnel::scope {

struct Misuse {
  enum Kind : uint8_t {
    Twice,      ///< unlocked at Because, and again
    NotTried,   ///< unlocked although try_lock failed
    UnderGuard, ///< a guard, begun at Because, unlocks it once more
    MovedFrom,  ///< a guard whose lock has left it at Because
    Relocked,   ///< a guard that locks again in the next turn of a loop
    WrongMode,  ///< locked shared at Because, unlocked as if exclusive
  };
  Kind What;
  analysis::Point At; ///< of the unlocking event
  analysis::Point Because;
  bool Shared = false; ///< WrongMode: it was locked shared
};

/// In order of their events.
std::vector<Misuse> misusedUnlocks(const analysis::Facts &F,
                                   const ir::Function &Fn);

/// Where control goes on from the event \p Begin, at which lock \p L is locked
/// by hand, and no way leads to an unlocking any more, while others do: the
/// event, or the last one before.
struct Stuck {
  analysis::Point Lock;
  ir::BlockId From;       ///< the last block with a choice
  ir::BlockId Into;       ///< and where it went wrong; may be the same
  analysis::Point Relock; ///< valid if every way on locks it again
};
std::optional<Stuck> staysLocked(const analysis::Facts &F,
                                 const ir::Function &Fn, analysis::Point Begin,
                                 analysis::LockIndex L);

/// Where \p Fn ends with a lock that it locked by hand or released from its
/// guard, and nothing in it unlocks: the events that locked.
std::vector<analysis::Point> keptLocks(const analysis::Facts &F,
                                       const ir::Function &Fn);

} // namespace runnel::scope

#endif
