//===- EffectCollector.cpp - What one event does --------------------------===//

#include "checks/analysis/EffectCollector.h"

#include "checks/analysis/Endings.h"
#include "checks/analysis/LockFlow.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Event;
using ir::NoPlace;
using ir::Op;
using ir::Operand;
using ir::Place;

static bool isSelectWithEscape(const Event &E) {
  return llvm::any_of(E.Cases, [](const ir::SelectCase &C) {
    return C.How == ir::SelectCase::Otherwise;
  });
}

void EffectCollector::own(Point At, const Event &E, const LockState &Before,
                          std::vector<Effect> &Out) const {
  auto Add = [&](Effect::Kind What, ir::PlaceId On) -> Effect & {
    Effect New;
    New.What = What;
    New.Flags = E.Flags;
    New.Text = E.Text;
    New.Callee = E.Callee;
    New.At = At;
    if (On != NoPlace)
      New.On = normalized(F, F.place(On));
    Out.push_back(std::move(New));
    return Out.back();
  };
  auto Acquire = [&](LockIndex L, bool Avoiding) {
    Effect &New = Add(Effect::Acquire, NoPlace);
    New.On = H.lock(L);
    if (Avoiding)
      New.Flags |= ir::Avoiding;
  };

  switch (E.What) {
  case Op::Lock:
    if (E.Subject != NoPlace)
      if (auto L = H.indexOf(
              resolveAccessors(S.program(), normalized(F, F.place(E.Subject)))))
        Acquire(*L, false);
    break;
  case Op::GuardBegin:
    if (E.Subject != NoPlace && !E.has(ir::Defer) && !E.has(ir::Adopt)) {
      const LockState After = H.after(At, Before);
      for (const Hold &New : After.Holds)
        if (New.At == At && New.From == Origin::Here)
          Acquire(New.Lock, New.Avoiding);
    }
    break;
  case Op::GuardLock:
    for (const Hold &Old : Before.Holds)
      if (Old.Guard != NoPlace && E.Subject != NoPlace &&
          H.guard(Old.Guard).sameAs(F.place(E.Subject)) &&
          Old.From != Origin::Guard)
        Acquire(Old.Lock, false);
    break;
  case Op::Wait: {
    Effect &New = Add(Effect::Wait, E.Subject);
    if (E.Other == NoPlace)
      break;
    const Place &Other = normalized(F, F.place(E.Other));
    // The lock of a guard of our own says it all: callers cannot name the
    // guard.
    bool Own = false;
    for (const Hold &Old : Before.Holds)
      if (Old.Guard != NoPlace && H.guard(Old.Guard).sameAs(Other)) {
        New.Released.push_back(H.lock(Old.Lock));
        Own |= Old.here() && Other.Root == Place::Local;
      }
    if (!Own)
      New.Released.push_back(Other);
    break;
  }
  case Op::Block: {
    ir::PlaceId On = E.Subject;
    for (const Operand &O : E.Args)
      if (On == NoPlace && O.How == Operand::PlaceArg)
        On = O.Place;
    Add(Effect::Block, On);
    break;
  }
  case Op::Join:
    Add(Effect::Join, E.Subject);
    break;
  case Op::CountWait:
    if (!E.has(ir::Try))
      Add(Effect::Join, E.Subject);
    break;
  case Op::Send:
  case Op::Recv:
    if (!E.has(ir::Try))
      Add(Effect::ChannelOp, E.Subject).Text =
          E.What == Op::Send ? "send" : "receive";
    break;
  case Op::Select:
    if (!isSelectWithEscape(E))
      Add(Effect::ChannelOp, NoPlace).Text = "select";
    break;
  case Op::Suspend:
    Add(Effect::Suspend, E.Subject);
    break;
  case Op::Spawn:
    Add(Effect::Spawn, E.Subject);
    break;
  case Op::Call:
    if (S.graph().isOpen(F, At)) {
      Effect &New = Add(Effect::UnknownCall, E.Subject);
      New.Call = E.callKind();
    }
    break;
  default:
    break;
  }
}

void EffectCollector::callees(Point At, const Event &E,
                              std::vector<Effect> &Out) const {
  const llvm::SmallVector<Target, 2> Targets = S.targets(F, At);
  auto PassedInPlace = [&](const Place &On) {
    return On.Root == Place::Param && On.Path.empty() &&
           llvm::any_of(Targets, [&](const Target &T) {
             return T.InPlace && T.Argument == On.Index;
           });
  };
  // Whichever runs, it does so. Of locks it is one that counts, not any.
  auto AllMay = [&](const ir::Function &Of, const Effect &In) {
    if (In.What != Effect::Acquire)
      return llvm::all_of(Targets, [&](const Target &T) {
        return S.of(*T.Callee).may(In.What);
      });
    const LockClass Class = lockClass(Of, In.On);
    return Class.known() && llvm::all_of(Targets, [&](const Target &T) {
             return llvm::any_of(
                 S.of(*T.Callee).Effects, [&](const Effect &Other) {
                   return Other.What == Effect::Acquire &&
                          lockClass(*T.Callee, Other.On) == Class;
                 });
           });
  };
  for (const Target &T : Targets) {
    // The program ends there: nobody will wait for anything.
    if (T.Callee->NoReturn)
      continue;
    const std::vector<Effect> &Inner = S.of(*T.Callee).Effects;
    for (uint32_t I = 0; I < Inner.size(); ++I) {
      const Effect &In = Inner[I];
      // A parameter it calls is the function given here, a target itself.
      if (!T.InPlace && In.What == Effect::UnknownCall && PassedInPlace(In.On))
        continue;
      // A coroutine gives up its own thread of control, not its caller's.
      if (In.What == Effect::Suspend && T.Callee->Coroutine)
        continue;
      Effect New = In;
      New.Sure &= T.Certain || T.InPlace || AllMay(*T.Callee, In);
      New.On = resolveAccessors(S.program(), toCaller(F, E, *T.Callee, In.On));
      New.Released.clear();
      for (const Place &R : In.Released)
        New.Released.push_back(
            resolveAccessors(S.program(), toCaller(F, E, *T.Callee, R)));
      // A function that waits, and was given a guard, waits with that.
      if (In.What == Effect::Wait)
        for (const Operand &O : E.Args)
          if (O.Place != NoPlace && F.place(O.Place).Type.Is == ir::Role::Guard)
            New.Released.push_back(normalized(F, F.place(O.Place)));
      New.At = At;
      New.Via = T.Callee;
      New.Index = I;
      New.Hops = In.Hops + 1;
      Out.push_back(std::move(New));
    }
  }
}

void EffectCollector::effects(Point At, const Event &E, const LockState &Before,
                              std::vector<Effect> &Out) const {
  if (isDoomed(S.of(F).Doomed, At))
    return;
  const size_t First = Out.size();
  own(At, E, Before, Out);
  callees(At, E, Out);
  if (Out.size() == First)
    return;
  // What the caller had locked and this function has unlocked by now, and
  // guards of ours that a function without a body may unlock.
  llvm::SmallVector<Place, 2> Released;
  for (const Hold &Old : Before.Holds)
    if (!Old.here() && Old.Is != Presence::Yes)
      Released.push_back(H.lock(Old.Lock));
  for (size_t I = First; I < Out.size(); ++I) {
    std::vector<Place> &R = Out[I].Released;
    R.insert(R.end(), Released.begin(), Released.end());
  }
}

void EffectCollector::touch(ir::PlaceId Id, Point At, bool Write,
                            std::vector<Touch> &Out) const {
  if (Id == NoPlace)
    return;
  const Place P = normalized(F, F.place(Id));
  if (P.Root == Place::Global && P.Path.empty())
    Out.push_back({P.Symbol, Write, false, At});
  for (size_t I = 0; I < P.Path.size(); ++I)
    if (P.Path[I].How == ir::Step::Field)
      Out.push_back(
          {P.Path[I].Symbol, Write, P.Root == Place::This && I == 0, At});
}

bool EffectCollector::touches(Point At, const Event &E,
                              std::vector<Touch> &Out) const {
  switch (E.What) {
  case Op::Access:
    // Implicit: the first value of a new object's field.
    if (!E.has(ir::Implicit))
      touch(E.Subject, At, E.has(ir::Write), Out);
    return true;
  case Op::Return:
  case Op::Escape:
  case Op::Assign:
  case Op::Delete:
  case Op::Send:
  case Op::Recv:
    touch(E.Subject, At, E.What == Op::Delete, Out);
    if (E.What == Op::Recv)
      touch(E.Other, At, true, Out);
    break;
  case Op::Call:
  case Op::Block:
  case Op::OnceCall:
  case Op::Wait:
    break;
  default:
    return true;
  }
  for (const Operand &O : E.Args)
    touch(O.Place, At, O.ByReference, Out);
  if (E.What != Op::Call && E.What != Op::Block && E.What != Op::OnceCall &&
      E.What != Op::Wait)
    return true;
  if (E.What != Op::Wait)
    touch(E.Subject, At, false, Out);
  if (S.graph().isOpen(F, At))
    return false;
  for (const Target &T : S.targets(F, At)) {
    const Summary &Inner = S.of(*T.Callee);
    if (Inner.TouchesMore)
      return false;
    const bool SameThis =
        E.Subject != NoPlace &&
        normalized(F, F.place(E.Subject)).Root == Place::This &&
        F.place(E.Subject).Path.empty();
    for (const Touch &In : Inner.Touches)
      Out.push_back({In.Symbol, In.Write,
                     In.OnThis && (SameThis || T.Callee->Lambda), At});
  }
  return true;
}

Summary declaredSummary(const ir::Function &F) {
  Summary S;
  Effect E;
  E.Callee = F.Symbol;
  if (F.Blocking) {
    E.What = Effect::Block;
    E.Text = "user";
    S.Effects.push_back(E);
  }
  if (F.Suspends) {
    E.What = Effect::Suspend;
    E.Text = F.Id;
    S.Effects.push_back(E);
  }
  for (const ir::LockContract &C : F.Contracts) {
    if (std::optional<LockEffect> L = promised(F, C))
      S.Locks.push_back(*L);
    // What its caller may not hold it locks itself.
    if (C.What == ir::LockContract::Excludes && C.Lock != NoPlace) {
      E.What = Effect::Acquire;
      E.Text = {};
      E.On = normalized(F, F.place(C.Lock));
      S.Effects.push_back(E);
    }
  }
  S.MayThrow = !F.NoExcept;
  S.NeverReturns = F.NoReturn;
  return S;
}

} // namespace runnel::analysis
