//===- LeftUnlocked.cpp - Locks that are not given back -------------------===//

#include "checks/scope/LeftUnlocked.h"

#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

/// The last block of a way out.
static bool isLast(const Function &Fn, ir::BlockId B) {
  const ir::Block &Block = Fn.Blocks[B];
  return Block.Succs.size() <= 1 &&
         (Block.Leaves || llvm::any_of(Block.Succs, [&](ir::BlockId S) {
            return Fn.Blocks[S].Leaves && Fn.Blocks[S].Succs.empty() &&
                   Fn.Blocks[S].Events.empty();
          }));
}

/// A guard that does nothing but unlock at its end.
static bool isSimple(const Function &Fn, ir::PlaceId Guard) {
  return llvm::none_of(Fn.Blocks, [&](const ir::Block &B) {
    return llvm::any_of(B.Events, [&](const Event &E) {
      return (E.Subject == Guard || E.Other == Guard) &&
             E.What != Op::GuardBegin && E.What != Op::GuardEnd &&
             E.What != Op::Declare && E.What != Op::ScopeEnd;
    });
  });
}

/// Finds a guard in a caller that holds the lock of \p L around the call.
static bool findGuard(const Facts &F, const Function &Fn, LeftUnlocked &L) {
  for (const CallEdge *C : F.callGraph().callers(Fn)) {
    const Function &Caller = *C->Caller;
    const HeldLocks &H = F.held(Caller);
    if (H.trivial())
      continue;
    const ir::Place Theirs =
        toCaller(Caller, eventAt(Caller, C->At), Fn, L.Lock);
    for (const Hold &Held : H.before(C->At).Holds)
      if (Held.sure() && Held.here() && Held.Guard < Caller.Places.size() &&
          Held.At.valid() && sameObject(H.lock(Held.Lock), Theirs) &&
          isSimple(Caller, Held.Guard)) {
        L.Caller = &Caller;
        L.Guard = rangeAt(Caller, Held.At);
        return true;
      }
  }
  return false;
}

std::vector<LeftUnlocked> locksLeftUnlocked(const Facts &F,
                                            const Function &Fn) {
  std::vector<LeftUnlocked> Out;
  const HeldLocks &H = F.held(Fn);
  for (LockIndex I = 0; I < H.locks().size(); ++I) {
    if (!isDefinite(H.lock(I)))
      continue;
    std::optional<ir::BlockId> Without;
    bool With = false;
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      if (!isLast(Fn, B))
        continue;
      const LockState At = H.exit(B);
      if (!At.Reachable)
        continue;
      const auto *Held = llvm::find_if(At.Holds, [&](const Hold &Each) {
        return Each.Lock == I && Each.Guard == ir::NoPlace;
      });
      if (Held == At.Holds.end() || Held->sure())
        With = true;
      else if (Held->Is == Presence::No && !Without)
        Without = B;
    }
    if (!Without || !With)
      continue;
    LeftUnlocked L;
    L.Lock = H.lock(I);
    if (!findGuard(F, Fn, L))
      continue;
    L.Where = Fn.Where;
    for (const Event &E : Fn.Blocks[*Without].Events)
      if (E.What == Op::Return)
        L.Where = E.Where;
    for (const ir::Block &B : Fn.Blocks)
      for (const Event &E : B.Events)
        if (E.What == Op::Unlock && E.Subject != ir::NoPlace &&
            !L.Unlock.valid() && Fn.place(E.Subject).sameAs(L.Lock))
          L.Unlock = E.Where;
    Out.push_back(std::move(L));
  }
  return Out;
}

} // namespace runnel::scope
