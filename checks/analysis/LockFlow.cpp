//===- LockFlow.cpp - The transfer function of held locks -----------------===//

#include "checks/analysis/LockFlow.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace runnel::analysis {

using ir::Event;
using ir::NoPlace;
using ir::Op;
using ir::Operand;
using ir::Place;
using ir::PlaceId;

static constexpr uint8_t MaxDepth = 8;

// Holds stay sorted by lock, then guard (HeldLocks.h, invariant 1).
static auto keyOf(const Hold &H) { return std::make_pair(H.Lock, H.Guard); }

static void insert(LockState &S, const Hold &H) {
  auto It = llvm::lower_bound(S.Holds, H, [](const Hold &A, const Hold &B) {
    return keyOf(A) < keyOf(B);
  });
  if (It != S.Holds.end() && keyOf(*It) == keyOf(H))
    *It = H;
  else
    S.Holds.insert(It, H);
}

static Hold *find(LockState &S, LockIndex L, PlaceId Guard) {
  for (Hold &H : S.Holds)
    if (H.Lock == L && H.Guard == Guard)
      return &H;
  return nullptr;
}

template <typename Predicate>
static llvm::SmallVector<Hold, 2> take(LockState &S, Predicate P) {
  llvm::SmallVector<Hold, 2> Taken;
  llvm::erase_if(S.Holds, [&](const Hold &H) {
    if (!P(H))
      return false;
    Taken.push_back(H);
    return true;
  });
  return Taken;
}

void LockFlow::apply(Point At, const Event &E, LockState &S) const {
  switch (E.What) {
  case Op::Lock:
    return lock(At, E, S);
  case Op::Unlock:
    return unlock(E, S);
  case Op::GuardBegin:
    return guardBegin(At, E, S);
  case Op::GuardLock:
    return guardLock(At, E, S);
  case Op::GuardUnlock:
    return guardUnlock(guardId(E.Subject), S);
  case Op::GuardRelease:
    for (Hold H : take(S, [G = guardId(E.Subject)](const Hold &H) {
           return H.Guard == G;
         }))
      if (H.Is != Presence::No) {
        H.Guard = NoPlace;
        insert(S, H);
      }
    return;
  case Op::GuardMove:
    return guardMove(guardId(E.Subject), guardId(E.Other), S);
  case Op::GuardSwap: {
    const PlaceId A = guardId(E.Subject), B = guardId(E.Other);
    for (Hold H : take(S, [&](const Hold &H) {
           return H.Guard != NoPlace && (H.Guard == A || H.Guard == B);
         })) {
      H.Guard = H.Guard == A ? B : A;
      insert(S, H);
    }
    return;
  }
  case Op::GuardEnd:
    return guardEnd(guardId(E.Subject), S);
  case Op::Call:
  case Op::Block:
  case Op::OnceCall:
    return call(At, E, S);
  case Op::Declare:
    return rename(E.Subject, S);
  case Op::Assign:
    // A guard made by a function is sometimes seen as a handle to its result.
    if (!E.Args.empty() && E.Args[0].Place != NoPlace && E.Subject != NoPlace &&
        S.ofGuard(guardId(E.Args[0].Place)) != nullptr)
      return guardMove(guardId(E.Subject), guardId(E.Args[0].Place), S);
    return rename(E.Subject, S);
  case Op::ScopeEnd:
    rename(E.Subject, S);
    // A guard inside the object dies with it.
    if (E.Subject != NoPlace) {
      const Place &Dead = F.place(E.Subject);
      for (const Hold &Held : llvm::SmallVector<Hold, 2>(S.Holds))
        if (Held.Guard != NoPlace && Dead.contains(H.guard(Held.Guard)))
          guardEnd(Held.Guard, S);
    }
    return;
  case Op::Access:
    if (E.has(ir::Write) && E.Subject != NoPlace &&
        canBeRebound(F, F.place(E.Subject)))
      rename(E.Subject, S);
    return;
  case Op::Return:
    // What is returned by value leaves with its locks: see effects().
    if (E.Subject != NoPlace && !E.has(ir::ByReference))
      take(S, [&](const Hold &Held) {
        return Held.Guard != NoPlace &&
               F.place(E.Subject).contains(H.guard(Held.Guard));
      });
    return;
  default:
    return;
  }
}

void LockFlow::lock(Point At, const Event &E, LockState &S) const {
  if (E.Subject == NoPlace)
    return;
  const LockIndex L = lockOf(E.Subject);
  Hold *Old = find(S, L, NoPlace);
  const bool Tries = E.has(ir::Try) || E.has(ir::WithTimeout);
  if (!Old && !Tries && giveBack(L, S))
    return;
  if (Old && Old->Is == Presence::Yes) {
    if (!Tries)
      Old->Depth = std::min<uint8_t>(Old->Depth + 1, MaxDepth);
    return;
  }
  Hold New;
  New.Lock = L;
  New.Is = Tries ? Presence::Maybe : Presence::Yes;
  New.Shared = E.has(ir::Shared);
  New.Avoiding = E.has(ir::Avoiding);
  New.Try = Tries;
  New.At = At;
  // Given back to the caller, who had it before.
  if (Old && !Old->here()) {
    New.From = Old->From;
    New.At = {};
  }
  insert(S, New);
}

/// A guard's lock that was unlocked by hand is locked by hand again: it is the
/// guard's as before.
bool LockFlow::giveBack(LockIndex L, LockState &S) const {
  for (Hold &H : S.Holds)
    if (H.Lock == L && H.Guard != NoPlace && H.Is == Presence::Maybe &&
        !H.Try) {
      H.Is = Presence::Yes;
      return true;
    }
  return false;
}

/// Unlocked by hand; which guards have the lock is in doubt.
void LockFlow::doubtGuards(LockIndex L, LockState &S) const {
  for (Hold &H : S.Holds)
    if (H.Lock == L && H.Guard != NoPlace && H.Is == Presence::Yes)
      H.Is = Presence::Maybe;
}

/// One is unlocked that we do not hold by that name: it may be one that we hold
/// by another, where a pointer leads to it.
void LockFlow::doubtNamesakes(LockIndex L, LockState &S) const {
  const LockClass &Class = H.classOf(L);
  if (!Class.known())
    return;
  for (Hold &Held : S.Holds)
    if (Held.Lock != L && Held.Guard == NoPlace && Held.here() &&
        Held.Is == Presence::Yes && H.classOf(Held.Lock) == Class)
      Held.Is = Presence::Maybe;
}

void LockFlow::unlock(const Event &E, LockState &S) const {
  if (E.Subject == NoPlace)
    return;
  const LockIndex L = lockOf(E.Subject);
  if (Hold *Old = find(S, L, NoPlace)) {
    if (Old->Is == Presence::Maybe)
      doubtGuards(L, S);
    if (Old->Is == Presence::Yes && Old->Depth > 1)
      --Old->Depth;
    else if (Old->here())
      take(S, [&](const Hold &H) { return H.Lock == L && H.Guard == NoPlace; });
    else
      Old->Is = Presence::No;
    return;
  }
  bool Guarded = false;
  for (Hold &H : S.Holds)
    if (H.Lock == L && H.Is != Presence::No) {
      H.Is = Presence::Maybe;
      Guarded = true;
    }
  if (Guarded)
    return;
  doubtNamesakes(L, S);
  Hold Released;
  Released.Lock = L;
  Released.Is = Presence::No;
  Released.From = Origin::Callers;
  insert(S, Released);
}

void LockFlow::guardBegin(Point At, const Event &E, LockState &S) const {
  if (E.Subject == NoPlace)
    return;
  const PlaceId G = guardId(E.Subject);
  guardEnd(G, S);
  for (size_t I = 0; I < E.Args.size(); ++I) {
    // A guard made from what a function returned takes over its locks.
    if (E.Args[I].Place != NoPlace &&
        S.ofGuard(guardId(E.Args[I].Place)) != nullptr &&
        guardId(E.Args[I].Place) != G) {
      guardMove(G, guardId(E.Args[I].Place), S);
      continue;
    }
    const LockIndex L = argumentLock(At, E, I);
    if (L == ~0u)
      continue;
    Hold New;
    New.Lock = L;
    New.Guard = G;
    New.Shared = E.has(ir::Shared);
    New.Avoiding = E.has(ir::Avoiding) || E.Args.size() > 1;
    New.At = At;
    if (E.has(ir::Adopt)) {
      if (Hold *Old = find(S, L, NoPlace); Old && Old->Is != Presence::No) {
        Hold Adopted = *Old;
        Adopted.Guard = G;
        take(S,
             [&](const Hold &H) { return H.Lock == L && H.Guard == NoPlace; });
        insert(S, Adopted);
        continue;
      }
    } else if (E.has(ir::Defer)) {
      New.Is = Presence::No;
    } else if (E.has(ir::Try) || E.has(ir::WithTimeout)) {
      New.Is = Presence::Maybe;
      New.Try = true;
    }
    insert(S, New);
  }
}

void LockFlow::guardLock(Point At, const Event &E, LockState &S) const {
  const PlaceId G = guardId(E.Subject);
  if (G == NoPlace)
    return;
  const bool Tries = E.has(ir::Try) || E.has(ir::WithTimeout);
  for (Hold &H : S.Holds) {
    if (H.Guard != G || H.Is == Presence::Yes)
      continue;
    H.Is = Tries ? Presence::Maybe : Presence::Yes;
    H.Try = Tries;
    H.Shared |= E.has(ir::Shared);
    H.Avoiding = E.has(ir::Avoiding);
    if (H.here()) {
      H.From = Origin::Here;
      H.At = At;
    }
  }
}

void LockFlow::guardUnlock(PlaceId Guard, LockState &S) const {
  if (Guard == NoPlace)
    return;
  for (Hold &H : S.Holds)
    if (H.Guard == Guard)
      H.Is = Presence::No;
}

void LockFlow::guardEnd(PlaceId Guard, LockState &S) const {
  if (Guard == NoPlace)
    return;
  for (Hold Held : take(S, [&](const Hold &Held) {
         return Held.Guard != NoPlace &&
                (Held.Guard == Guard ||
                 H.guard(Guard).contains(H.guard(Held.Guard)));
       }))
    if (!Held.here()) {
      Held.Is = Presence::No;
      insert(S, Held);
    }
}

void LockFlow::guardMove(PlaceId To, PlaceId From, LockState &S) const {
  if (To == From)
    return;
  guardEnd(To, S);
  if (From == NoPlace)
    return;
  for (Hold H : take(S, [&](const Hold &H) { return H.Guard == From; })) {
    H.Guard = To;
    if (To != NoPlace)
      insert(S, H);
  }
}

/// `mu.AssertHeld()`: from here on the caller's lock is a fact.
void LockFlow::assertHeld(PlaceId Lock, LockState &S) const {
  const LockIndex L = lockOf(Lock);
  for (Hold &Held : S.Holds)
    if (Held.Lock == L) {
      // Not on every way was it locked here: then the caller had it on others.
      if (Held.Is != Presence::Yes)
        Held.From = Origin::Contract;
      Held.Is = Presence::Yes;
      return;
    }
  Hold New;
  New.Lock = L;
  New.From = Origin::Contract;
  insert(S, New);
}

void LockFlow::call(Point At, const Event &E, LockState &S) const {
  if (assertsHeld(F, E))
    return assertHeld(E.Subject, S);
  for (const MappedEffect &M : calleeEffects(At, E))
    leaveWith(At, M, S);
  passGuards(E, S);
}

void LockFlow::leaveWith(Point At, const MappedEffect &M, LockState &S) const {
  // The callee had a guard of ours and has locked or unlocked it.
  if (M.Lock.sameAs(M.Guard)) {
    for (Hold &Held : S.Holds)
      if (Held.Guard != NoPlace && H.guard(Held.Guard).sameAs(M.Guard))
        Held.Is = M.Is;
    return;
  }
  const std::optional<LockIndex> L = H.indexOf(M.Lock);
  if (!L)
    return;
  PlaceId Guard = NoPlace;
  if (M.Guard.Root != Place::Unknown) {
    for (PlaceId I = 0; I < F.Places.size() + H.MoreGuards.size(); ++I)
      if (H.guard(I).sameAs(M.Guard)) {
        Guard = guardId(I);
        break;
      }
    if (Guard == NoPlace)
      return;
  }
  Hold *Old = find(S, *L, Guard);
  if (M.Is == Presence::Yes && !Old && Guard == NoPlace && giveBack(*L, S))
    return;
  if (Old && Old->Is == Presence::Maybe && M.Is == Presence::No &&
      Guard == NoPlace)
    doubtGuards(*L, S);
  if (M.Is == Presence::Yes || (M.Is == Presence::Maybe && !Old)) {
    Hold New;
    New.Lock = *L;
    New.Guard = Guard;
    New.Is = M.Is;
    New.Shared = M.Shared;
    New.From = Origin::Callee;
    New.At = At;
    if (Old && !Old->here()) {
      New.From = Old->From;
      New.At = {};
    }
    if (!Old || Old->Is != Presence::Yes)
      insert(S, New);
    return;
  }
  if (Old && Old->here() && M.Is == Presence::No) {
    take(S, [&](const Hold &H) { return H.Lock == *L && H.Guard == Guard; });
  } else if (Old) {
    Old->Is = M.Is;
  } else {
    for (Hold &H : S.Holds)
      if (H.Lock == *L && H.Is == Presence::Yes) {
        H.Is = Presence::Maybe;
        return;
      }
    doubtNamesakes(*L, S);
    Hold Released;
    Released.Lock = *L;
    Released.Is = M.Is;
    Released.From = Origin::Callers;
    insert(S, Released);
  }
}

/// A guard that is moved away is the callee's; one that an unknown function may
/// unlock is in doubt afterwards.
void LockFlow::passGuards(const Event &E, LockState &S) const {
  if (S.Holds.empty())
    return;
  const ir::Function *Callee =
      E.Callee ? this->S.program().function(E.Callee) : nullptr;
  for (size_t I = 0; I < E.Args.size(); ++I) {
    const Operand &O = E.Args[I];
    if (O.Place == NoPlace)
      continue;
    const PlaceId G = guardId(O.Place);
    if (O.Moved) {
      take(S,
           [&](const Hold &H) { return H.Guard != NoPlace && H.Guard == G; });
      continue;
    }
    if (Callee && (Callee->Defined ||
                   (I < Callee->Params.size() && Callee->Params[I].Type.Const)))
      continue;
    for (Hold &H : S.Holds)
      if (H.Guard != NoPlace && H.Guard == G && H.Is == Presence::Yes)
        H.Is = Presence::Maybe;
  }
}

/// \p Changed now refers to something else: what was locked under a name that
/// starts with it has that name no longer.
void LockFlow::rename(PlaceId Changed, LockState &S) const {
  if (S.Holds.empty() || Stale.empty() || Changed == NoPlace)
    return;
  const Place &C = F.place(Changed);
  for (Hold Held : take(S, [&](const Hold &Held) {
         return Stale.count(Held.Lock) && dependsOn(F, H.lock(Held.Lock), C);
       })) {
    Held.Lock = Stale.lookup(Held.Lock);
    insert(S, Held);
  }
}

void LockFlow::branch(const ir::Block &B, size_t Index, LockState &S) const {
  const ir::Condition &C = B.Cond;
  if ((C.What != ir::Condition::Owns && C.What != ir::Condition::Truth) ||
      B.Succs.size() != 2 || C.Subject == NoPlace)
    return;
  const bool Owned = (Index == 0) != C.Negated;
  const PlaceId G = guardId(C.Subject);
  // std::try_lock(a, b) decides about both.
  const PlaceId G2 = C.Against == NoPlace ? G : guardId(C.Against);
  auto LockAt = [&](PlaceId P) {
    return P < OfPlace.size() ? OfPlace[P] : ~0u;
  };
  const LockIndex L = LockAt(C.Subject);
  const LockIndex L2 = C.Against == NoPlace ? L : LockAt(C.Against);
  llvm::SmallVector<LockIndex, 2> Gone;
  for (Hold &H : S.Holds) {
    const bool Meant = H.Guard != NoPlace ? H.Guard == G || H.Guard == G2
                                          : H.Lock == L || H.Lock == L2;
    if (!Meant)
      continue;
    if (Owned && H.Is == Presence::Maybe)
      H.Is = Presence::Yes;
    else if (!Owned && H.Guard == NoPlace && H.here())
      Gone.push_back(H.Lock);
    else if (!Owned)
      H.Is = Presence::No;
  }
  for (LockIndex Lock : Gone)
    take(S,
         [&](const Hold &H) { return H.Lock == Lock && H.Guard == NoPlace; });
}

} // namespace runnel::analysis
