//===- LockFlow.h - The transfer function of held locks ---------*- C++ -*-===//
//
// Private to the analyses: how each event changes which locks are held, and the
// fixpoint over a function's blocks. The table of effects is in
// docs/design/analyses.md.
//
// Invariants:
//  1. A lock has one index however often it is named: places are normalised and
//     their accessors resolved before they are looked up.
//  2. Joins only go No -> Maybe, Yes -> Maybe, and the number of locks and
//     guards of a function is fixed before the fixpoint starts, so it ends.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_LOCKFLOW_H
#define RUNNEL_CHECKS_ANALYSIS_LOCKFLOW_H

#include "checks/analysis/Summaries.h"

namespace runnel::analysis {

/// A lock that a callee's effect is about, in the caller's terms.
struct MappedEffect {
  ir::Place Lock, Guard;
  Presence Is = Presence::Yes;
  bool Shared = false;
};

/// Whether \p Lock means another lock once the variable \p Changed has changed.
/// Whether writing to \p P can make it refer to another object: writing through
/// a reference, or into an object, leaves every lock where it is.
bool canBeRebound(const ir::Function &F, const ir::Place &P);

bool dependsOn(const ir::Function &F, const ir::Place &Lock,
               const ir::Place &Changed);

/// A call of a lock's method that checks that its caller holds the lock.
bool assertsHeld(const ir::Function &F, const ir::Event &E);

/// What an attribute of \p F says that a call of it does to a lock.
std::optional<LockEffect> promised(const ir::Function &F,
                                   const ir::LockContract &C);

class LockFlow {
public:
  LockFlow(HeldLocks &H, const Summaries &S);

  /// Fills H: its locks, and the state at the start of each block. \p Entry is
  /// what all callers hold, in the function's own terms.
  void run(llvm::ArrayRef<LockEffect> Entry);

  void apply(Point At, const ir::Event &E, LockState &S) const;
  /// The state along the edge to successor number \p Index.
  void branch(const ir::Block &B, size_t Index, LockState &S) const;

  /// What the function does to its caller's locks.
  std::vector<LockEffect> effects() const;

private:
  bool scan(llvm::ArrayRef<LockEffect> Entry);
  void solve();
  bool dropContradicted();
  void enter(llvm::ArrayRef<LockEffect> Entry);
  void findStale();
  void scanEvent(Point At, const ir::Event &E);
  void findBindings();
  ir::Place resolved(ir::Place P) const;
  LockIndex intern(ir::Place P);
  ir::PlaceId internGuard(const ir::Place &P);
  ir::PlaceId guardId(ir::PlaceId P) const;
  LockIndex lockOf(ir::PlaceId P) const;
  LockIndex argumentLock(Point At, const ir::Event &E, size_t Arg) const;
  uint32_t ordinal(Point At) const { return FirstOrdinal[At.Block] + At.Index; }

  void lock(Point At, const ir::Event &E, LockState &S) const;
  void unlock(const ir::Event &E, LockState &S) const;
  bool giveBack(LockIndex L, LockState &S) const;
  void doubtGuards(LockIndex L, LockState &S) const;
  void doubtNamesakes(LockIndex L, LockState &S) const;
  void guardBegin(Point At, const ir::Event &E, LockState &S) const;
  void guardLock(Point At, const ir::Event &E, LockState &S) const;
  void guardUnlock(ir::PlaceId Guard, LockState &S) const;
  void guardEnd(ir::PlaceId Guard, LockState &S) const;
  void guardMove(ir::PlaceId To, ir::PlaceId From, LockState &S) const;
  void call(Point At, const ir::Event &E, LockState &S) const;
  void assertHeld(ir::PlaceId Lock, LockState &S) const;
  void passGuards(const ir::Event &E, LockState &S) const;
  void rename(ir::PlaceId Changed, LockState &S) const;
  std::vector<MappedEffect> calleeEffects(Point At, const ir::Event &E) const;
  void leaveWith(Point At, const MappedEffect &M, LockState &S) const;

  HeldLocks &H;
  const Summaries &S;
  const ir::Function &F;
  std::vector<uint32_t> FirstOrdinal; ///< by block
  std::vector<LockIndex> OfPlace;     ///< by place
  std::vector<ir::PlaceId> GuardOf;   ///< by place: the canonical one
  llvm::DenseMap<uint32_t, LockIndex> Anonymous; ///< by ordinal and argument
  llvm::DenseMap<LockIndex, LockIndex> Stale;
  /// Members that are references, and what a constructor has bound them to.
  std::vector<std::pair<ir::Place, ir::Place>> Bindings;
  LockState Start;
};

} // namespace runnel::analysis

#endif
