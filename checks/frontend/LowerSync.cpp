//===- LowerSync.cpp - Locks, conditions, threads, counts -----------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

static constexpr uint32_t LockFlags =
    ir::Shared | ir::Try | ir::WithTimeout | ir::Avoiding;

/// The place of a lock, or, for one that cannot be named, the same unknown
/// place for the same text: `shard(k).lock(); ... shard(k).unlock();`
PlaceId Lowering::lockPlace(const Expr *E) {
  if (!E)
    return NoPlace;
  PlaceId P = resolve(E);
  if (P != NoPlace)
    return P;
  ir::Name Text = canonicalText(E);
  QualType Type = strip(E->getType());
  if (!Text)
    return unknownPlace(Type);
  auto [It, Inserted] = UnknownByText.try_emplace(Text, NoPlace);
  if (Inserted)
    It->second = unknownPlace(Type);
  return It->second;
}

bool Lowering::lockAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  auto Spell = [&](ir::Event &E, const Expr *Of) {
    if (Of)
      E.Spelling = spelling(Of);
  };
  switch (A.What) {
  case Verb::Lock:
    if (A.Flags & ir::All) {
      // std::lock(a, b): each of them, avoiding deadlock.
      for (const Expr *Arg : P.Args) {
        bool Guard = T.role(Arg->getType()) == ir::Role::Guard;
        PlaceId S = lockPlace(Arg);
        ir::Event &E = emit(Guard ? ir::Op::GuardLock : ir::Op::Lock, R);
        E.Subject = S;
        E.Flags = A.Flags & LockFlags;
        Spell(E, Arg);
      }
      return true;
    }
    [[fallthrough]];
  case Verb::Unlock: {
    const Expr *Of = argument(P, A.Subject);
    PlaceId S = P.Subject != NoPlace && A.Subject == Action::Object && P.Object
                    ? P.Subject
                    : lockPlace(Of);
    ir::Event &E =
        emit(A.What == Verb::Lock ? ir::Op::Lock : ir::Op::Unlock, R);
    E.Subject = S;
    E.Flags = A.Flags & LockFlags;
    // Nobody looks whether it succeeded.
    if (E.has(ir::Try) && Facts.Discarded.contains(P.Call))
      E.Flags |= ir::Unnamed;
    Spell(E, Of);
    return true;
  }
  case Verb::Owns: {
    // Somebody asks the guard what it has.
    const Expr *Of = argument(P, A.Subject);
    PlaceId S = P.Subject != NoPlace ? P.Subject : resolve(Of);
    if (S == NoPlace || F.Places[S].Type.Is != ir::Role::Guard)
      return true;
    ir::Event &E = emit(ir::Op::Access, R);
    E.Subject = S;
    E.Flags = ir::Read;
    Spell(E, Of);
    return true;
  }
  case Verb::GuardLock:
  case Verb::GuardUnlock:
  case Verb::GuardRelease: {
    PlaceId S = subject(P, A.Subject);
    if (S == NoPlace)
      return false;
    ir::Event &E = emit(A.What == Verb::GuardLock     ? ir::Op::GuardLock
                        : A.What == Verb::GuardUnlock ? ir::Op::GuardUnlock
                                                      : ir::Op::GuardRelease,
                        R);
    E.Subject = S;
    E.Flags = A.Flags & LockFlags;
    Spell(E, argument(P, A.Subject));
    return true;
  }
  case Verb::GuardMake: {
    PlaceId To = targetPlace(P.Call);
    const Expr *Of = argument(P, A.Subject);
    ir::Operand Lock = operand(Of);
    if (Lock.Place == NoPlace) {
      Lock.How = ir::Operand::PlaceArg;
      Lock.Place = P.Subject != NoPlace ? P.Subject : lockPlace(Of);
    }
    Lock.ByReference = true;
    ir::Event &E = emit(ir::Op::GuardBegin, R);
    E.Subject = To;
    E.Args.push_back(Lock);
    E.Flags = A.Flags & (LockFlags | ir::Adopt | ir::Defer);
    if (isUnnamed(P.Call))
      E.Flags |= ir::Unnamed;
    Spell(E, Of);
    ResolvedCalls[P.Call] = To;
    return true;
  }
  case Verb::Swap: {
    const Expr *First = argument(P, A.Subject);
    const Expr *Second = argument(P, A.Other);
    if (!First || !Second || T.role(First->getType()) != ir::Role::Guard)
      return false;
    PlaceId S = resolve(First), O = resolve(Second);
    ir::Event &E = emit(ir::Op::GuardSwap, R);
    E.Subject = S;
    E.Other = O;
    return true;
  }
  default:
    return false;
  }
}

bool Lowering::waitAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  PlaceId S = subject(P, A.Subject);
  if (A.What == Verb::Notify) {
    ir::Event &E = emit(ir::Op::Notify, R);
    E.Subject = S;
    E.Flags = A.Flags & ir::All;
    return true;
  }
  PlaceId Other = NoPlace;
  if (const Expr *O = argument(P, A.Other); O && A.Other >= 0)
    Other = lockPlace(O);
  ir::Operand Predicate;
  bool HasPredicate = false;
  if (A.Callable >= 0)
    if (const Expr *C = argument(P, A.Callable)) {
      HasPredicate = true;
      Predicate = operand(C);
      CallParts Only;
      Only.Args.push_back(C);
      callCallables(Only, ir::InPredicate);
    }
  ir::Event &E = emit(ir::Op::Wait, R);
  E.Subject = S;
  E.Other = Other;
  E.Flags = A.Flags & ir::WithTimeout;
  if (HasPredicate) {
    E.Flags |= ir::Predicate;
    E.Args.push_back(Predicate);
  }
  if (P.Object)
    E.Spelling = spelling(P.Object);
  return true;
}

/// The expression a callable argument is made of, and the arguments that
/// std::bind fixed for it.
static const CallExpr *bound(const Expr *E) {
  const Expr *Bare = peel(E);
  while (const auto *C = dyn_cast<CXXConstructExpr>(Bare)) {
    if (C->getNumArgs() != 1)
      return nullptr;
    Bare = peel(C->getArg(0));
  }
  const auto *C = dyn_cast<CallExpr>(Bare);
  if (!C || !C->getDirectCallee() || !C->getDirectCallee()->getIdentifier())
    return nullptr;
  llvm::StringRef Id = C->getDirectCallee()->getName();
  return Id == "bind" || Id == "bind_front" || Id == "BindOnce" ? C : nullptr;
}

bool Lowering::spawnAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  if (A.What == Verb::Joinable)
    return true;
  if (A.What == Verb::Join || A.What == Verb::Detach) {
    PlaceId S = subject(P, A.Subject);
    bool Checked = CurrentStatement && CurrentStatement->Joinable &&
                   resolve(CurrentStatement->Joinable) == S;
    ir::Event &E =
        emit(A.What == Verb::Join ? ir::Op::Join : ir::Op::Detach, R);
    uint32_t Number = EventCount - 1;
    E.Subject = S;
    E.Flags = A.Flags & ir::WithTimeout;
    if (Checked || (A.Flags & ir::IfJoinable))
      E.Flags |= ir::IfJoinable;
    if (const Expr *Of = argument(P, A.Subject))
      E.Spelling = spelling(Of);
    finishValue(P, Number);
    return true;
  }
  // The first argument may be a policy: std::async, boost::fibers::fiber.
  size_t First = A.Callable >= 0 ? A.Callable : 0;
  if (First < P.Args.size() && P.Args[First]->getType()->isEnumeralType())
    ++First;
  if (First >= P.Args.size())
    return false;
  argumentAccess(P);
  PlaceId S = subject(P, A.Subject);
  llvm::SmallVector<ir::Operand, 6> Operands;
  for (size_t I = First; I < P.Args.size(); ++I) {
    if (isa<CXXDefaultArgExpr>(P.Args[I]))
      continue;
    Operands.push_back(operand(P.Args[I]));
    if (I == First)
      if (const CallExpr *Bind = bound(P.Args[I]))
        for (unsigned J = 1; J < Bind->getNumArgs(); ++J)
          Operands.push_back(operand(Bind->getArg(J)));
  }
  if (P.Callee && !isa<CXXConstructorDecl>(P.Callee))
    Builder.want(P.Callee);
  ir::Event &E = emit(ir::Op::Spawn, R);
  uint32_t Number = EventCount - 1;
  E.Subject = S;
  if (!Operands.empty() && (Operands[0].How == ir::Operand::Lambda ||
                            Operands[0].How == ir::Operand::FunctionArg))
    E.Callee = Operands[0].Symbol;
  E.Args.assign(Operands.begin(), Operands.end());
  E.Value = int64_t(A.Spawn);
  if (const auto *C = dyn_cast_or_null<CXXConstructorDecl>(P.Callee))
    E.Text = Names.qualified(C->getParent());
  else if (P.Callee)
    E.Text = Names.qualified(Symbols::pattern(P.Callee));
  if (P.Object)
    E.Spelling = spelling(P.Object);
  if (A.Subject == Action::Result)
    finishValue(P, Number);
  // The future of an async that nobody keeps waits at once.
  if (A.Spawn == ir::SpawnKind::Async && Facts.Discarded.contains(P.Call)) {
    ir::Event &Waits = emit(ir::Op::Join, R);
    Waits.Subject = S;
    Waits.Flags = ir::Implicit;
  }
  return true;
}

bool Lowering::countAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  PlaceId S = subject(P, A.Subject);
  if (A.What == Verb::Once) {
    ir::Operand Callable;
    const Expr *C = A.Callable >= 0 ? argument(P, A.Callable) : nullptr;
    if (C)
      Callable = operand(C);
    ir::Event &E = emit(ir::Op::OnceCall, R);
    E.Subject = S;
    if (C) {
      E.Args.push_back(Callable);
      CallParts Only;
      Only.Args.push_back(C);
      callCallables(Only, 0);
    }
    return true;
  }
  ir::Op What = A.What == Verb::CountAdd     ? ir::Op::CountAdd
                : A.What == Verb::CountDone  ? ir::Op::CountDone
                : A.What == Verb::PromiseSet ? ir::Op::PromiseSet
                                             : ir::Op::CountWait;
  argumentAccess(P);
  std::optional<int64_t> Amount;
  ir::Name Symbolic;
  llvm::SmallVector<PlaceId, 2> Reads;
  if (A.Value < 0) {
    if (What != ir::Op::CountWait ||
        (S != NoPlace && F.Places[S].Type.Is == ir::Role::Semaphore))
      Amount = 1;
  } else if (size_t(A.Value) < P.Args.size()) {
    const Expr *E = P.Args[A.Value];
    if (const auto *D = dyn_cast<CXXDefaultArgExpr>(E))
      E = D->getExpr();
    Amount = constant(E);
    if (!Amount && What == ir::Op::CountAdd) {
      // As a loop's trip count has it: `n`, `items.size()`.
      E = peel(E);
      while (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
        E = peel(Cast->getSubExpr());
      Symbolic = canonicalText(E);
      std::vector<PlaceId> Of;
      readsOf(E, Of);
      Reads.assign(Of.begin(), Of.end());
    }
  } else
    Amount = 1;
  ir::Event &E = emit(What, R);
  E.Text = Symbolic;
  for (PlaceId P : Reads) {
    E.Args.emplace_back();
    E.Args.back().How = ir::Operand::PlaceArg;
    E.Args.back().Place = P;
  }
  E.Subject = S;
  E.Flags = A.Flags & (ir::Try | ir::WithTimeout);
  if (Amount && What != ir::Op::PromiseSet) {
    E.Value = *Amount;
    E.Flags |= ir::ValueKnown;
  }
  if (P.Object)
    E.Spelling = spelling(P.Object);
  return true;
}

} // namespace runnel::frontend
