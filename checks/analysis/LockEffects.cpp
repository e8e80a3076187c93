//===- LockEffects.cpp - What calls do to locks ---------------------------===//
//
// Both directions: what a function leaves to its caller, and what its callees
// leave to it.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/LockFlow.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Event;
using ir::NoPlace;
using ir::Op;
using ir::Place;

/// The caller can name it.
static bool outlives(const ir::Function &F, const Place &P) {
  switch (P.Root) {
  case Place::This:
  case Place::Global:
  case Place::Capture:
    return true;
  case Place::Param:
    return P.Index < F.Params.size() && F.Params[P.Index].Type.indirect();
  default:
    return false;
  }
}

static void add(std::vector<LockEffect> &Effects, LockEffect New) {
  for (LockEffect &Old : Effects)
    if (Old.Lock.sameAs(New.Lock) && Old.Guard.sameAs(New.Guard)) {
      if (Old.Is != New.Is)
        Old.Is = Presence::Maybe;
      return;
    }
  Effects.push_back(std::move(New));
}

std::vector<LockEffect> LockFlow::effects() const {
  std::vector<LockEffect> Effects;
  if (H.trivial())
    return Effects;
  for (const Hold &Held : H.AtReturn.Holds) {
    LockEffect E;
    E.Lock = H.lock(Held.Lock);
    E.Is = Held.Is;
    E.Shared = Held.Shared;
    if (Held.From == Origin::Guard) {
      if (Held.Is == Presence::Yes)
        continue;
      E.Guard = E.Lock;
      add(Effects, E);
    } else if (!Held.here()) {
      if (Held.Is != Presence::Yes && outlives(F, E.Lock))
        add(Effects, E);
    } else if (Held.Is != Presence::No && outlives(F, E.Lock)) {
      if (Held.Guard != NoPlace) {
        E.Guard = H.guard(Held.Guard);
        if (!outlives(F, E.Guard))
          continue;
      }
      add(Effects, E);
    }
  }

  // Guards that are returned, themselves or inside of an object.
  std::vector<LockEffect> Returned;
  unsigned Returns = 0;
  H.walk([&](Point, const Event &E, const LockState &Before) {
    if (E.What != Op::Return)
      return;
    ++Returns;
    if (E.Subject == NoPlace || E.has(ir::ByReference))
      return;
    const Place &Value = F.place(E.Subject);
    for (const Hold &Held : Before.Holds) {
      if (Held.Guard == NoPlace || Held.Is == Presence::No ||
          !Value.contains(H.guard(Held.Guard)) ||
          !outlives(F, H.lock(Held.Lock)))
        continue;
      LockEffect L;
      L.Lock = H.lock(Held.Lock);
      L.Is = Held.Is;
      L.Shared = Held.Shared;
      L.Guard.Root = Place::Result;
      const Place &Inner = H.guard(Held.Guard);
      L.Guard.Path.assign(Inner.Path.begin() + Value.Path.size(),
                          Inner.Path.end());
      L.Guard.Type = Inner.Type;
      Returned.push_back(L);
    }
  });
  for (LockEffect &L : Returned) {
    if (llvm::count_if(Returned, [&](const LockEffect &O) {
          return O.Lock.sameAs(L.Lock) && O.Guard.sameAs(L.Guard);
        }) != Returns)
      L.Is = Presence::Maybe;
    add(Effects, L);
  }

  // What attributes promise and the body does not show.
  for (const ir::LockContract &C : F.Contracts)
    if (std::optional<LockEffect> L = promised(F, C);
        L && llvm::none_of(Effects, [&](const LockEffect &O) {
          return O.Lock.sameAs(L->Lock);
        }))
      Effects.push_back(*L);
  return Effects;
}

std::optional<LockEffect> promised(const ir::Function &F,
                                   const ir::LockContract &C) {
  if (C.Lock == NoPlace)
    return std::nullopt;
  LockEffect L;
  L.Lock = normalized(F, F.place(C.Lock));
  L.Shared = C.Shared;
  switch (C.What) {
  case ir::LockContract::Acquires:
    L.Is = Presence::Yes;
    return L;
  case ir::LockContract::Releases:
    L.Is = Presence::No;
    return L;
  case ir::LockContract::TryAcquires:
    L.Is = Presence::Maybe;
    return L;
  default:
    return std::nullopt;
  }
}

std::vector<MappedEffect> LockFlow::calleeEffects(Point At,
                                                  const Event &E) const {
  std::vector<MappedEffect> Mapped;
  const llvm::SmallVector<Target, 2> Targets = S.targets(F, At);
  for (const Target &T : Targets)
    for (const LockEffect &L : S.of(*T.Callee).Locks) {
      MappedEffect M;
      M.Lock = resolved(toCaller(F, E, *T.Callee, L.Lock));
      M.Is = L.Is;
      M.Shared = L.Shared;
      if (L.Guard.Root == Place::Result) {
        M.Guard = L.Guard;
        M.Guard.Index = ordinal(At);
      } else if (L.Guard.Root != Place::Unknown) {
        M.Guard = toCaller(F, E, *T.Callee, L.Guard);
        if (M.Guard.Root == Place::Unknown)
          continue;
      }
      if (M.Lock.Root == Place::Unknown)
        continue;
      if (L.Lock.sameAs(L.Guard))
        M.Lock = M.Guard;
      const auto Same = [&](const MappedEffect &O) {
        return O.Lock.sameAs(M.Lock) && O.Guard.sameAs(M.Guard);
      };
      // Of several that may run, all must do it.
      if (!T.Certain) {
        size_t Others = 0;
        for (const Target &O : Targets)
          Others += llvm::any_of(S.of(*O.Callee).Locks,
                                 [&](const LockEffect &X) { return X == L; });
        if (T.InPlace || Others != Targets.size())
          M.Is = Presence::Maybe;
      }
      if (llvm::none_of(Mapped, Same))
        Mapped.push_back(std::move(M));
    }
  return Mapped;
}

} // namespace runnel::analysis
