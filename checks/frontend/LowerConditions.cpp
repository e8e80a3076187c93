//===- LowerConditions.cpp - What decides between two ways ----------------===//
//
// A condition is reduced to what a pass can use: whether a lock was got,
// whether a channel delivered, which case of a select won, what a place was
// compared with. A local that is assigned once stands for what it was given.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::Condition;
using ir::NoPlace;
using ir::PlaceId;

static constexpr unsigned MaxConditionDepth = 8;

/// Source text with blanks made alike, for expressions that only read.
ir::Name Lowering::canonicalText(const Expr *E) {
  E = peel(E);
  // Only what yields the same value when evaluated twice.
  llvm::SmallVector<const Stmt *, 16> Work{E};
  for (unsigned Steps = 0; !Work.empty(); ++Steps) {
    const Stmt *S = Work.pop_back_val();
    if (!S)
      continue;
    if (Steps > 40)
      return {};
    if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->isAssignmentOp())
      return {};
    if (const auto *U = dyn_cast<UnaryOperator>(S);
        U && U->isIncrementDecrementOp())
      return {};
    if (isa<LambdaExpr, CXXNewExpr, CXXThrowExpr, CoawaitExpr>(S))
      return {};
    for (const Stmt *Child : S->children())
      Work.push_back(Child);
  }
  llvm::StringRef Raw = Where.text(E->getSourceRange());
  if (Raw.empty() || Raw.size() > 120)
    return {};
  std::string Text;
  bool Blank = false;
  for (char C : Raw) {
    if (llvm::isSpace(C)) {
      Blank = !Text.empty();
      continue;
    }
    if (Blank && (llvm::isAlnum(C) || C == '_') && !Text.empty() &&
        (llvm::isAlnum(Text.back()) || Text.back() == '_'))
      Text += ' ';
    Blank = false;
    Text += C;
  }
  return ir::Name(Text);
}

void Lowering::readsOf(const Stmt *S, std::vector<PlaceId> &Out,
                       unsigned Depth) {
  if (!S || Depth > 24 || Out.size() >= 16 || isa<LambdaExpr>(S))
    return;
  if (isa<DeclRefExpr, MemberExpr>(S)) {
    PlaceId P = resolve(cast<Expr>(S));
    if (P != NoPlace) {
      if (!llvm::is_contained(Out, P))
        Out.push_back(P);
      return;
    }
  }
  for (const Stmt *Child : S->children())
    readsOf(Child, Out, Depth + 1);
}

void Lowering::opaque(const Expr *E, Condition &Out) {
  Out.What = Condition::Opaque;
  Out.Text = canonicalText(E);
  if (!Out.Text)
    Out.Text = ir::Name(Where.text(E->getSourceRange()).take_front(120));
  readsOf(E, Out.Reads);
}

bool Lowering::conditionOfCall(const Expr *E, Condition &Out, unsigned Depth) {
  const auto *C = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = C ? C->getDirectCallee() : nullptr;
  if (!Callee)
    return false;
  const auto *M = dyn_cast<CXXMethodDecl>(Callee);
  const Expr *Object = nullptr;
  llvm::SmallVector<const Expr *, 4> Args(C->arg_begin(), C->arg_end());
  if (const auto *MC = dyn_cast<CXXMemberCallExpr>(C))
    Object = MC->getImplicitObjectArgument();
  else if (isa<CXXOperatorCallExpr>(C) && M && !Args.empty()) {
    Object = Args.front();
    Args.erase(Args.begin());
  }
  QualType ObjectType =
      Object ? Object->IgnoreParenImpCasts()->getType() : QualType();
  for (const Action &A : T.meaning(Callee, ObjectType)) {
    const Expr *Of = Object ? Object
                     : A.Subject >= 0 && size_t(A.Subject) < Args.size()
                         ? Args[A.Subject]
                     : !Args.empty() ? Args.front()
                                     : nullptr;
    switch (A.What) {
    case Verb::Lock:
    case Verb::GuardLock:
      if (!Of)
        return false;
      Out.What = Condition::Owns;
      Out.Subject = Object ? resolve(Of) : lockPlace(Of);
      if (Object && Out.Subject == NoPlace)
        Out.Subject = lockPlace(Of);
      if ((A.Flags & ir::All) && Args.size() > 1)
        Out.Against = lockPlace(Args[1]);
      // if (!pthread_mutex_trylock(&m)): zero is success.
      if (A.Success == 0)
        Out.Negated = !Out.Negated;
      Out.Text = canonicalText(E);
      return true;
    case Verb::Owns:
      if (!Of)
        return false;
      Out.What = Condition::Owns;
      Out.Subject = resolve(Of);
      Out.Text = canonicalText(E);
      return Out.Subject != NoPlace;
    case Verb::Recv: {
      if (!Of)
        return false;
      Out.What = Condition::Received;
      Out.Subject = resolve(Of);
      Out.Text = canonicalText(E);
      return Out.Subject != NoPlace;
    }
    case Verb::Identity:
      if (Of && !E->getType()->isBooleanType())
        return false;
      break;
    default:
      break;
    }
  }
  // `if (value)` of something contextually bool: what it stands for decides.
  bool ToBool = isa_and_nonnull<CXXConversionDecl>(M) &&
                M->getReturnType()->isBooleanType();
  bool HasValue = M && M->getIdentifier() && M->getName() == "has_value";
  if ((ToBool || HasValue) && Object) {
    const Expr *Bare = peel(Object);
    if (conditionOfVariable(Bare, Out, Depth + 1) ||
        conditionOfCall(Bare, Out, Depth + 1))
      return true;
    PlaceId P = resolve(Object);
    if (P == NoPlace)
      return false;
    if (T.role(Object->getType()) == ir::Role::Guard) {
      Out.What = Condition::Owns;
      Out.Subject = P;
      Out.Text = canonicalText(E);
      return true;
    }
    Out.What = Condition::Truth;
    Out.Subject = P;
    Out.Text = canonicalText(E);
    Out.Reads.push_back(P);
    return true;
  }
  // won == in, index() == 1
  if (isa<CXXOperatorCallExpr>(C) && C->getNumArgs() == 2) {
    OverloadedOperatorKind Op = cast<CXXOperatorCallExpr>(C)->getOperator();
    if (Op == OO_EqualEqual || Op == OO_ExclaimEqual) {
      if (Op == OO_ExclaimEqual)
        Out.Negated = !Out.Negated;
      return conditionOfComparison(C->getArg(0), C->getArg(1), Condition::EQ,
                                   Out, Depth + 1);
    }
  }
  return false;
}

bool Lowering::conditionOfVariable(const Expr *E, Condition &Out,
                                   unsigned Depth) {
  const auto *D = dyn_cast<DeclRefExpr>(E);
  const auto *V = D ? dyn_cast<VarDecl>(D->getDecl()) : nullptr;
  if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V) ||
      CaptureIndex.contains(V))
    return false;
  if (T.role(V->getType()) == ir::Role::Guard) {
    Out.What = Condition::Owns;
    Out.Subject = resolve(E);
    Out.Text = canonicalText(E);
    return Out.Subject != NoPlace;
  }
  const Expr *From = Facts.originOf(V);
  if (!From)
    return false;
  const Expr *Bare = peel(From);
  // bool ok = m.try_lock(); auto v = c.recv(); int rc = trylock(&m);
  while (const auto *C = dyn_cast<CXXConstructExpr>(Bare)) {
    if (C->getNumArgs() != 1)
      return false;
    Bare = peel(C->getArg(0));
  }
  Condition Known = Out;
  if (isa<UnaryOperator, BinaryOperator>(Bare) &&
      Bare->getType()->isBooleanType()) {
    Condition Inner = condition(Bare, Depth + 1);
    if (Inner.What != Condition::Owns && Inner.What != Condition::Received &&
        Inner.What != Condition::SelectWon)
      return false;
    Inner.Negated ^= Out.Negated;
    Out = std::move(Inner);
    Out.Text = ir::Name(V->getName());
    return true;
  }
  if (!isa<CallExpr>(Bare) || !conditionOfCall(Bare, Known, Depth + 1))
    return false;
  if (Known.What != Condition::Owns && Known.What != Condition::Received)
    return false;
  Out = std::move(Known);
  Out.Text = ir::Name(V->getName());
  return true;
}

/// The select call a value comes from: `won` of `auto won = select(...)`, or
/// the call itself.
const CallExpr *Lowering::selectOf(const Expr *E) {
  for (unsigned Depth = 0; E && Depth < 8; ++Depth) {
    E = peel(E);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
      if (C->getNumArgs() != 1)
        return nullptr;
      E = C->getArg(0);
      continue;
    }
    if (const auto *D = dyn_cast<DeclRefExpr>(E)) {
      const auto *V = dyn_cast<VarDecl>(D->getDecl());
      if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V))
        return nullptr;
      E = Facts.originOf(V);
      continue;
    }
    if (const auto *A = dyn_cast<CoawaitExpr>(E)) {
      E = A->getOperand();
      continue;
    }
    const auto *C = dyn_cast<CallExpr>(E);
    if (!C || !C->getDirectCallee())
      return nullptr;
    QualType Object;
    const Expr *On = nullptr;
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(C)) {
      On = M->getImplicitObjectArgument();
      Object = On->IgnoreParenImpCasts()->getType();
    }
    for (const Action &A : T.meaning(C->getDirectCallee(), Object)) {
      if (A.What == Verb::Select)
        return C;
      if (A.What == Verb::Index && On) {
        E = On;
        break;
      }
    }
    if (E != On)
      return nullptr;
  }
  return nullptr;
}

bool Lowering::conditionOfComparison(const Expr *L, const Expr *R,
                                     Condition::Order How, Condition &Out,
                                     unsigned Depth) {
  if (Depth > MaxConditionDepth)
    return false;
  // The constant on the right.
  std::optional<int64_t> Value = constant(R);
  if (!Value) {
    if (std::optional<int64_t> Left = constant(L)) {
      Value = Left;
      std::swap(L, R);
      static constexpr Condition::Order Mirrored[] = {
          Condition::EQ, Condition::NE, Condition::GT,
          Condition::GE, Condition::LT, Condition::LE};
      How = Mirrored[How];
    }
  }
  const Expr *Bare = peel(L);
  if (const CallExpr *Select = selectOf(L)) {
    if (Value) {
      Out.What = Condition::SelectWon;
      Out.Value = *Value;
      if (How == Condition::NE)
        Out.Negated = !Out.Negated;
      return How == Condition::EQ || How == Condition::NE;
    }
    // won == in: the number of the case that is named so.
    PlaceId Named = resolve(R);
    unsigned Number = 0;
    for (const Expr *Arg : Select->arguments()) {
      if (Named != NoPlace && resolve(Arg) == Named) {
        Out.What = Condition::SelectWon;
        Out.Value = Number;
        if (How == Condition::NE)
          Out.Negated = !Out.Negated;
        return How == Condition::EQ || How == Condition::NE;
      }
      ++Number;
    }
    return false;
  }
  if (Value) {
    // trylock(&m) == 0, ok == true
    const Expr *From = Bare;
    if (const auto *D = dyn_cast<DeclRefExpr>(Bare))
      if (const auto *V = dyn_cast<VarDecl>(D->getDecl());
          V && V->hasLocalStorage() && !isa<ParmVarDecl>(V))
        if (const Expr *O = Facts.originOf(V))
          From = peel(O);
    if (const auto *B = dyn_cast<BinaryOperator>(From);
        B && B->getOpcode() == BO_Assign)
      From = peel(B->getRHS()); // (rc = trylock(&m)) == 0
    const auto *C = dyn_cast<CallExpr>(From);
    const FunctionDecl *Callee = C ? C->getDirectCallee() : nullptr;
    if (Callee && (How == Condition::EQ || How == Condition::NE)) {
      QualType Object;
      if (const auto *M = dyn_cast<CXXMemberCallExpr>(C))
        Object =
            M->getImplicitObjectArgument()->IgnoreParenImpCasts()->getType();
      for (const Action &A : T.meaning(Callee, Object)) {
        if (A.What != Verb::Lock && A.What != Verb::GuardLock &&
            A.What != Verb::Owns)
          continue;
        int64_t Success = A.Success.value_or(1);
        Condition Call = Out;
        Call.Negated = false;
        if (!conditionOfCall(C, Call, Depth + 1))
          return false;
        bool Negated = Out.Negated;
        // Equal to another value than success means that it failed.
        bool Equal = How == Condition::EQ;
        Call.Negated = Negated ^ (Equal != (*Value == Success));
        Out = std::move(Call);
        return true;
      }
    }
    PlaceId P = resolve(L);
    if (P == NoPlace && (P = resultOf(Bare)) != NoPlace)
      readsOf(Bare, Out.Reads);
    if (P == NoPlace)
      return false;
    bool Null = L->getType()->isPointerType() ||
                isa<CXXNullPtrLiteralExpr>(peel(R)) ||
                isa<CXXBoolLiteralExpr>(peel(R));
    if ((Null || L->getType()->isBooleanType()) &&
        (How == Condition::EQ || How == Condition::NE)) {
      Out.What = Condition::Truth;
      if ((*Value != 0) != (How == Condition::EQ))
        Out.Negated = !Out.Negated;
    } else {
      Out.What = Condition::Compare;
      Out.How = How;
      Out.Value = *Value;
    }
    Out.Subject = P;
    if (F.Places[P].Root != ir::Place::Result)
      Out.Reads.push_back(P);
    return true;
  }
  PlaceId P = resolve(L), Q = resolve(R);
  if (P == NoPlace || Q == NoPlace)
    return false;
  Out.What = Condition::Compare;
  Out.How = How;
  Out.Subject = P;
  Out.Against = Q;
  Out.Reads = {P, Q};
  return true;
}

Condition Lowering::condition(const Expr *E, unsigned Depth) {
  Condition Out;
  if (!E)
    return Out;
  const Expr *Whole = E;
  for (unsigned Steps = 0; Steps < 64; ++Steps) {
    E = peel(E);
    if (const auto *U = dyn_cast<UnaryOperator>(E);
        U && U->getOpcode() == UO_LNot) {
      Out.Negated = !Out.Negated;
      E = U->getSubExpr();
    } else if (const auto *R = dyn_cast<CXXRewrittenBinaryOperator>(E)) {
      E = R->getSemanticForm();
    } else if (const auto *C = dyn_cast<ExplicitCastExpr>(E);
               C && C->getType()->isBooleanType()) {
      E = C->getSubExpr();
    } else if (const auto *C = dyn_cast<CallExpr>(E);
               C && C->getDirectCallee() &&
               (C->getDirectCallee()->getBuiltinID() ==
                    Builtin::BI__builtin_expect ||
                C->getDirectCallee()->getBuiltinID() ==
                    Builtin::BI__builtin_expect_with_probability)) {
      E = C->getArg(0);
    } else if (const auto *B = dyn_cast<BinaryOperator>(E);
               B && B->getOpcode() == BO_Comma) {
      E = B->getRHS();
    } else {
      break;
    }
  }
  if (Depth > MaxConditionDepth) {
    opaque(Whole, Out);
    return Out;
  }
  bool Negated = Out.Negated;
  if (std::optional<int64_t> Value = constant(E)) {
    Out.What = Condition::Constant;
    Out.Value = *Value;
    return Out;
  }
  if (const auto *B = dyn_cast<BinaryOperator>(E)) {
    static constexpr std::pair<BinaryOperatorKind, Condition::Order> Orders[] =
        {{BO_EQ, Condition::EQ}, {BO_NE, Condition::NE},
         {BO_LT, Condition::LT}, {BO_LE, Condition::LE},
         {BO_GT, Condition::GT}, {BO_GE, Condition::GE}};
    for (auto [Op, How] : Orders)
      if (B->getOpcode() == Op &&
          conditionOfComparison(B->getLHS(), B->getRHS(), How, Out, Depth)) {
        if (!Out.Text)
          Out.Text = canonicalText(E);
        return Out;
      }
    if (B->getOpcode() == BO_Assign) {
      // while ((n = next()))
      Condition Inner = condition(B->getRHS(), Depth + 1);
      if (Inner.What == Condition::Owns || Inner.What == Condition::Received) {
        Inner.Negated ^= Negated;
        return Inner;
      }
      if (PlaceId P = resolve(B->getLHS()); P != NoPlace) {
        Out.What = Condition::Truth;
        Out.Subject = P;
        Out.Reads.push_back(P);
        return Out;
      }
    }
  } else if (conditionOfCall(E, Out, Depth) ||
             conditionOfVariable(E, Out, Depth)) {
    if (!Out.Text)
      Out.Text = canonicalText(E);
    return Out;
  } else if (PlaceId P = resolve(E); P != NoPlace) {
    Out.What = Condition::Truth;
    Out.Subject = P;
    Out.Text = canonicalText(E);
    Out.Reads.push_back(P);
    return Out;
  }
  Out.Negated = Negated;
  opaque(E, Out);
  if (PlaceId P = resultOf(E); P != NoPlace) {
    Out.What = Condition::Truth;
    Out.Subject = P;
  }
  return Out;
}

} // namespace runnel::frontend
