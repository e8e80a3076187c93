//===- LowerChannels.cpp - Channels, select, contexts, timers -------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

/// The two things a call that returns a pair makes: the bindings of
/// `auto [a, b] = call()`, or whatever the pair itself initialises.
std::pair<PlaceId, PlaceId> Lowering::pairPlaces(const Expr *Call) {
  auto At = Facts.Targets.find(Call);
  if (At != Facts.Targets.end() && At->second.What == Target::Variable)
    if (const auto *D = dyn_cast<DecompositionDecl>(At->second.Var);
        D && D->bindings().size() >= 2) {
      declare(D);
      return {localPlace(D->bindings()[0]), localPlace(D->bindings()[1])};
    }
  return {targetPlace(Call), NoPlace};
}

bool Lowering::channelAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  auto Spell = [&](ir::Event &E) {
    if (const Expr *Of = argument(P, A.Subject))
      E.Spelling = spelling(Of);
  };
  switch (A.What) {
  case Verb::MakeChannel: {
    auto [First, Second] = pairPlaces(P.Call);
    std::optional<int64_t> Capacity;
    if (A.Value >= 0 && size_t(A.Value) < P.Args.size()) {
      const Expr *E = P.Args[A.Value];
      if (const auto *D = dyn_cast<CXXDefaultArgExpr>(E))
        E = D->getExpr();
      Capacity = constant(E);
    } else {
      Capacity = 0;
    }
    ir::Event &E = emit(ir::Op::MakeChannel, R);
    uint32_t Number = EventCount - 1;
    E.Subject = First;
    E.Other = Second;
    if (Capacity) {
      E.Value = *Capacity;
      E.Flags |= ir::ValueKnown;
    }
    finishValue(P, Number);
    return true;
  }
  case Verb::Send: {
    PlaceId S = subject(P, A.Subject);
    argumentAccess(P);
    ir::Operand Value;
    const Expr *V = A.Value >= 0 ? argument(P, A.Value) : nullptr;
    if (V)
      Value = operand(V, size_t(A.Value) < P.Params.size() ? P.Params[A.Value]
                                                           : QualType());
    ir::Event &E = emit(ir::Op::Send, R);
    uint32_t Number = EventCount - 1;
    E.Subject = S;
    E.Flags = A.Flags & (ir::Try | ir::WithTimeout);
    if (V)
      E.Args.push_back(Value);
    Spell(E);
    finishValue(P, Number);
    return true;
  }
  case Verb::Recv: {
    PlaceId S = subject(P, A.Subject);
    PlaceId To = NoPlace;
    if (A.Other >= 0) {
      if (const Expr *O = argument(P, A.Other))
        To = resolve(O);
    } else {
      auto At = Facts.Targets.find(P.Call);
      if (At != Facts.Targets.end() && At->second.What == Target::Variable)
        To = targetPlace(P.Call);
    }
    ir::Event &E = emit(ir::Op::Recv, R);
    uint32_t Number = EventCount - 1;
    E.Subject = S;
    E.Other = To;
    E.Flags = A.Flags & (ir::Try | ir::WithTimeout);
    Spell(E);
    finishValue(P, Number);
    return true;
  }
  case Verb::Close: {
    PlaceId S = subject(P, A.Subject);
    ir::Event &E = emit(ir::Op::Close, R);
    E.Subject = S;
    Spell(E);
    return true;
  }
  default:
    return false;
  }
}

/// The call `on_recv(...)` behind a case: written in place, or the initialiser
/// of the local that holds it.
const CallExpr *Lowering::caseCall(const Expr *E, Action &Which,
                                   PlaceId &Named) {
  for (unsigned Depth = 0; E && Depth < 8; ++Depth) {
    E = peel(E);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
      if (C->getNumArgs() < 1)
        return nullptr;
      E = C->getArg(0);
    } else if (const auto *D = dyn_cast<DeclRefExpr>(E)) {
      const auto *V = dyn_cast<VarDecl>(D->getDecl());
      if (!V || !V->hasInit() || Facts.isAssigned(V))
        return nullptr;
      Named = resolve(D);
      E = V->getInit();
    } else if (const auto *C = dyn_cast<ExplicitCastExpr>(E)) {
      E = C->getSubExpr();
    } else if (const auto *C = dyn_cast<CallExpr>(E)) {
      const FunctionDecl *Callee = C->getDirectCallee();
      if (!Callee)
        return nullptr;
      for (const Action &A : T.meaning(Callee)) {
        if (A.What == Verb::Case) {
          Which = A;
          return C;
        }
        if (A.What == Verb::Identity && C->getNumArgs() > 0) {
          E = C->getArg(0);
          break;
        }
      }
      if (E == C)
        return nullptr;
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

ir::SelectCase Lowering::selectCase(const Expr *E) {
  ir::SelectCase Out;
  Out.Where = Where.range(E->getSourceRange());
  Action Which;
  const CallExpr *C = caseCall(E, Which, Out.Named);
  if (!C) {
    Out.Named = resolve(E);
    return Out;
  }
  Out.How = Which.Case;
  auto Arg = [&](int8_t I) -> const Expr * {
    if (I < 0 || unsigned(I) >= C->getNumArgs() ||
        isa<CXXDefaultArgExpr>(C->getArg(I)))
      return nullptr;
    return C->getArg(I);
  };
  if (Which.Case == ir::SelectCase::Recv || Which.Case == ir::SelectCase::Send)
    if (const Expr *Channel = Arg(Which.Subject < 0 ? 0 : Which.Subject))
      Out.Channel = resolve(Channel);
  if (const Expr *Value = Arg(Which.Value))
    Out.Value = operand(Value);
  if (const Expr *Handler = Arg(Which.Callable))
    Out.Handler = operand(Handler);
  return Out;
}

bool Lowering::selectAction(CallParts &P, const Action &A) {
  switch (A.What) {
  case Verb::Case: {
    // A named case begins to exist with its variable; what it waits for is
    // told by the select it takes part in.
    argumentAccess(P);
    return true;
  }
  case Verb::Index:
    return true;
  case Verb::Select: {
    std::vector<ir::SelectCase> Cases;
    for (const Expr *Arg : P.Args)
      if (!isa<CXXDefaultArgExpr>(Arg))
        Cases.push_back(selectCase(Arg));
    PlaceId Winner = NoPlace;
    auto At = Facts.Targets.find(P.Call);
    if (At != Facts.Targets.end() && At->second.What == Target::Variable)
      Winner = targetPlace(P.Call);
    ir::Event &E = emit(ir::Op::Select, P.Call->getSourceRange());
    uint32_t Number = EventCount - 1;
    E.Cases = std::move(Cases);
    E.Subject = Winner;
    finishValue(P, Number);
    return true;
  }
  default:
    return false;
  }
}

bool Lowering::timeAction(CallParts &P, const Action &A) {
  SourceRange R = P.Call->getSourceRange();
  switch (A.What) {
  case Verb::MakeContext: {
    auto [First, Second] = pairPlaces(P.Call);
    ir::Operand Parent;
    const Expr *From = A.Value >= 0 ? argument(P, A.Value) : nullptr;
    if (From)
      Parent = operand(From);
    ir::Event &E = emit(ir::Op::MakeContext, R);
    uint32_t Number = EventCount - 1;
    E.Subject = First;
    E.Other = Second;
    if (From)
      E.Args.push_back(Parent);
    if (P.Callee)
      E.Text = ir::Name(P.Callee->getNameAsString());
    finishValue(P, Number);
    return true;
  }
  case Verb::Cancel: {
    PlaceId S = subject(P, A.Subject);
    ir::Event &E = emit(ir::Op::Cancel, R);
    E.Subject = S;
    return true;
  }
  case Verb::MakeTimer: {
    PlaceId S = subject(P, A.Subject);
    ir::Operand After;
    const Expr *D = argument(P, A.Value >= 0 ? A.Value : int8_t(0));
    if (D)
      After = operand(D);
    ir::Event &E = emit(ir::Op::MakeTimer, R);
    uint32_t Number = EventCount - 1;
    E.Subject = S;
    E.Text = ir::Name(A.Kind);
    if (D)
      E.Args.push_back(After);
    finishValue(P, Number);
    return true;
  }
  case Verb::StopTimer: {
    PlaceId S = subject(P, A.Subject);
    ir::Event &E = emit(ir::Op::StopTimer, R);
    E.Subject = S;
    return true;
  }
  default:
    return false;
  }
}

} // namespace runnel::frontend
