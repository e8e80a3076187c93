//===- HeldLocks.h - Which locks are held where -----------------*- C++ -*-===//
//
// For every point of a function: the locks held there, whether surely or only
// on some paths, in which mode, since which event, and through which guard.
// Guard events are interpreted along each path: deferred, adopted, tried,
// moved, swapped, released and destroyed guards, and branches on what they own.
//
//   for (const Hold &H : Held.before(At).Holds)
//     if (H.sure() && H.here())
//       ... Held.lock(H.Lock) is locked, F's own event H.At did it ...
//
// Invariants:
//  1. Holds is sorted by lock, then by guard; a pair occurs once.
//  2. Sure means on every path that reaches the point, as far as the analysis
//     understands them. Where it is unsure it says Maybe, and checks are
//     silent.
//  3. A hold that the caller brings (a contract, a guard parameter, or every
//     caller has it locked) has an At that is not valid.
//
// Complexity: linear in events for functions whose loops nest to bounded depth;
// functions without locks cost nothing.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_HELDLOCKS_H
#define RUNNEL_CHECKS_ANALYSIS_HELDLOCKS_H

#include "checks/analysis/Places.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>

namespace runnel::analysis {

using LockIndex = uint32_t;

enum class Presence : uint8_t {
  No,    ///< of a guard: it has this lock, but not locked. Without a guard: the
         ///< function has unlocked what its caller locked
  Maybe, ///< on some paths
  Yes,
};

enum class Origin : uint8_t {
  Here,     ///< an event of this function: At
  Callee,   ///< a callee left it locked: At is the call
  Contract, ///< an attribute says the caller holds it
  Guard,    ///< a guard that was passed in holds it; Lock is the guard's place
  Callers,  ///< all callers hold it
};

struct Hold {
  LockIndex Lock = 0;
  ir::PlaceId Guard = ir::NoPlace; ///< NoPlace: locked by hand
  Presence Is = Presence::Yes;
  Origin From = Origin::Here;
  bool Shared = false;
  bool Avoiding = false; ///< taken together with others, or tried: no deadlock
  bool Try = false;
  uint8_t Depth = 1; ///< of a recursive lock, locked by hand
  Point At;

  bool sure() const { return Is == Presence::Yes; }
  /// Locked by this function rather than by whoever called it.
  bool here() const { return From <= Origin::Callee; }
  friend bool operator==(const Hold &, const Hold &) = default;
};

/// What is held at one point.
struct LockState {
  bool Reachable = false;
  llvm::SmallVector<Hold, 2> Holds; ///< with Presence::No too: see held()

  /// The strongest hold of a lock, by whatever guard; null if it is not held.
  const Hold *find(LockIndex Lock) const;
  /// The hold through a guard; the first, if it has several locks.
  const Hold *ofGuard(ir::PlaceId Guard) const;
  bool sure(LockIndex Lock) const;
  /// Any lock surely held, taken by this function itself.
  bool anyHere() const;
  friend bool operator==(const LockState &, const LockState &) = default;
};

class Summaries;
class LockFlow;

class HeldLocks {
public:
  HeldLocks();
  ~HeldLocks();
  HeldLocks(const HeldLocks &) = delete;

  const ir::Function &function() const { return *F; }

  /// The locks that are taken, released or tested in the function, also by its
  /// callees, each once, by place.
  llvm::ArrayRef<ir::Place> locks() const { return Locks; }
  const ir::Place &lock(LockIndex I) const { return Locks[I]; }
  std::optional<LockIndex> indexOf(const ir::Place &P) const;
  const LockClass &classOf(LockIndex I) const { return Classes[I]; }
  /// The place of Hold::Guard, which may be one of a callee's that the function
  /// itself never names.
  const ir::Place &guard(ir::PlaceId Guard) const;

  /// No lock is ever held: every state is empty.
  bool trivial() const { return In.empty(); }

  /// Calls \p Visit with every reachable event, blocks in reverse post-order,
  /// and the state before it.
  void walk(llvm::function_ref<void(Point, const ir::Event &,
                                    const LockState &Before)>
                Visit) const;
  LockState before(Point At) const; ///< replays the block up to the event
  LockState after(Point At) const;
  /// after(\p At), if the state before it is at hand.
  LockState after(Point At, LockState Before) const;
  const LockState &entry(ir::BlockId B) const;
  /// At the end of a block, after its last event.
  LockState exit(ir::BlockId B) const;
  /// The join over all blocks by which control leaves normally.
  const LockState &atReturn() const { return AtReturn; }

private:
  friend class Summaries;
  friend class LockFlow;
  const ir::Function *F = nullptr;
  std::unique_ptr<LockFlow> Flow; ///< null if trivial
  std::vector<ir::Place> Locks;
  std::vector<LockClass> Classes;
  std::vector<ir::Place> MoreGuards;
  std::vector<LockState> In; ///< one a block; empty if trivial
  LockState AtReturn;
};

/// The blocks of \p F that can be reached, in reverse post-order.
std::vector<ir::BlockId> reversePostOrder(const ir::Function &F);

} // namespace runnel::analysis

#endif
