//===- BodyFacts.cpp - What one look over a body tells --------------------===//

#include "checks/frontend/BodyFacts.h"

namespace runnel::frontend {

using namespace clang;

// Deeper than any code a person wrote; the recursion of clang itself ends not
// far beyond.
static constexpr unsigned MaxDepth = 1500;
// A table of constants: nothing in it matters.
static constexpr unsigned MaxInits = 512;

const Expr *peel(const Expr *E) {
  while (E) {
    const Expr *Next = E->IgnoreParenImpCasts();
    if (const auto *C = dyn_cast<ExprWithCleanups>(Next))
      Next = C->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(Next))
      Next = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(Next))
      Next = B->getSubExpr();
    else if (const auto *C = dyn_cast<ConstantExpr>(Next))
      Next = C->getSubExpr();
    else if (const auto *D = dyn_cast<CXXDefaultInitExpr>(Next))
      Next = D->getExpr();
    else if (const auto *S = dyn_cast<SubstNonTypeTemplateParmExpr>(Next))
      Next = S->getReplacement();
    if (Next == E)
      return E;
    E = Next;
  }
  return E;
}

bool namesHidden(const Expr *E) {
  const auto *D = dyn_cast<DeclRefExpr>(peel(E));
  const auto *V = D ? dyn_cast<VarDecl>(D->getDecl()) : nullptr;
  return V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) &&
         (isa<DecompositionDecl>(V) ||
          (V->isImplicit() && !V->isInitCapture()));
}

void eachPart(const Expr *List,
              llvm::function_ref<void(const FieldDecl *, const Expr *)> Do) {
  llvm::ArrayRef<const Expr *> Inits;
  if (const auto *L = dyn_cast<InitListExpr>(List)) {
    if (L->isTransparent())
      return;
    Inits = L->inits();
  } else if (const auto *P = dyn_cast<CXXParenListInitExpr>(List)) {
    auto Exprs = P->getInitExprs();
    Inits = {Exprs.data(), Exprs.size()};
  }
  const CXXRecordDecl *R = List->getType()->getAsCXXRecordDecl();
  if (!R || R->isUnion() || !(R = R->getDefinition()))
    return;
  // Bases come first, and are the object itself.
  size_t I = R->getNumBases();
  for (const FieldDecl *F : R->fields()) {
    if (F->isUnnamedBitField())
      continue;
    if (I >= Inits.size())
      return;
    Do(F, Inits[I++]);
  }
}

const Expr *BodyFacts::originOf(const VarDecl *V) const {
  auto It = Assigned.find(V);
  const Expr *Init = V->getInit();
  if (It == Assigned.end())
    return Init;
  bool Trivial = !Init || isa<CXXBoolLiteralExpr, IntegerLiteral>(peel(Init));
  return Trivial && It->second.size() == 1 ? It->second.front() : nullptr;
}

const BodyFacts::Statement *BodyFacts::statementOf(const Stmt *S) const {
  auto It = StatementOf.find(S);
  return It == StatementOf.end() ? nullptr : &Statements[It->second];
}

bool BodyFacts::catchesAll(int Try) const {
  for (; Try >= 0; Try = Tries[Try].Outer)
    if (Tries[Try].CatchesAll)
      return true;
  return false;
}

void BodyFacts::aimParts(const Expr *List, const Target &At) {
  if (!Targets.try_emplace(List, At).second)
    return;
  eachPart(List, [&](const FieldDecl *F, const Expr *Init) {
    Target Part;
    Part.What = Target::Part;
    Part.Field = F;
    Part.Into = List;
    aim(Init, Part);
  });
}

void BodyFacts::aim(const Expr *E, const Target &At) {
  for (unsigned Depth = 0; E && Depth < 64; ++Depth) {
    E = E->IgnoreParens();
    if (isa<CXXConstructExpr>(E)) {
      const auto *C = cast<CXXConstructExpr>(E);
      Targets.try_emplace(E, At);
      // An elidable copy (before C++17) makes the same object.
      if (!C->isElidable() || C->getNumArgs() == 0)
        return;
      E = C->getArg(0);
    } else if (isa<CallExpr, LambdaExpr, CXXNewExpr, CoawaitExpr>(E)) {
      Targets.try_emplace(E, At);
      return;
    } else if (const auto *C = dyn_cast<ExprWithCleanups>(E)) {
      E = C->getSubExpr();
    } else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E)) {
      E = M->getSubExpr();
    } else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E)) {
      E = B->getSubExpr();
    } else if (const auto *C = dyn_cast<ConstantExpr>(E)) {
      E = C->getSubExpr();
    } else if (const auto *D = dyn_cast<CXXDefaultInitExpr>(E)) {
      E = D->getExpr();
    } else if (const auto *C = dyn_cast<CastExpr>(E)) {
      E = C->getSubExpr();
    } else if (isa<CXXParenListInitExpr>(E)) {
      return aimParts(E, At);
    } else if (const auto *L = dyn_cast<InitListExpr>(E)) {
      if (L->getType()->isRecordType() && !L->isTransparent())
        return L->getNumInits() <= MaxInits ? aimParts(L, At) : void();
      if (L->getNumInits() != 1)
        return;
      E = L->getInit(0);
    } else if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
      aim(C->getTrueExpr(), At);
      E = C->getFalseExpr();
    } else {
      return;
    }
  }
}

void BodyFacts::assign(const Expr *Where, const Expr *What) {
  Where = peel(Where);
  if (!Where)
    return;
  if (const auto *D = dyn_cast<DeclRefExpr>(Where)) {
    Assigned[D->getDecl()].push_back(What);
    if (const auto *B = dyn_cast<BindingDecl>(D->getDecl()))
      if (const VarDecl *V = B->getHoldingVar())
        Assigned[V].push_back(What);
  } else if (const auto *M = dyn_cast<MemberExpr>(Where)) {
    Assigned[M->getMemberDecl()].push_back(What);
  } else if (const auto *C = dyn_cast<AbstractConditionalOperator>(Where)) {
    assign(C->getTrueExpr(), nullptr);
    assign(C->getFalseExpr(), nullptr);
  }
}

void BodyFacts::visitExpr(const Expr *E, unsigned Current) {
  if (const auto *B = dyn_cast<BinaryOperator>(E)) {
    if (B->isAssignmentOp())
      assign(B->getLHS(), B->isCompoundAssignmentOp() ? nullptr : B->getRHS());
  } else if (const auto *U = dyn_cast<UnaryOperator>(E)) {
    if (U->isIncrementDecrementOp() || U->getOpcode() == UO_AddrOf)
      assign(U->getSubExpr(), nullptr);
  } else if (const auto *O = dyn_cast<CXXOperatorCallExpr>(E)) {
    if (O->isAssignmentOp() && O->getNumArgs() == 2) {
      assign(O->getArg(0),
             O->getOperator() == OO_Equal ? O->getArg(1) : nullptr);
      if (O->getOperator() == OO_Equal) {
        Target At;
        At.What = Target::Assigned;
        At.Into = O->getArg(0);
        aim(O->getArg(1), At);
      }
    } else if ((O->getOperator() == OO_PlusPlus ||
                O->getOperator() == OO_MinusMinus) &&
               O->getNumArgs() > 0) {
      assign(O->getArg(0), nullptr);
    }
  } else if (const auto *M = dyn_cast<CXXMemberCallExpr>(E)) {
    // reset() and swap() of a smart pointer make it point elsewhere.
    if (const CXXMethodDecl *D = M->getMethodDecl();
        D && D->getIdentifier() &&
        (D->getName() == "reset" || D->getName() == "swap")) {
      assign(M->getImplicitObjectArgument(), nullptr);
      if (D->getName() == "swap" && M->getNumArgs() > 0)
        assign(M->getArg(0), nullptr);
    } else if (D && D->getIdentifier() && M->getNumArgs() == 1 &&
               (D->getName() == "push_back" || D->getName() == "push" ||
                D->getName() == "insert" || D->getName() == "emplace_back" ||
                D->getName() == "push_front")) {
      Target At;
      At.What = Target::Element;
      At.Into = M->getImplicitObjectArgument();
      aim(M->getArg(0), At);
    }
  } else if (isa<CoawaitExpr, CoyieldExpr>(E)) {
    Coroutine = true;
  } else if (const auto *N = dyn_cast<CXXNewExpr>(E)) {
    Target At;
    At.What = Target::Allocated;
    At.New = N;
    if (const Expr *Init = N->getInitializer())
      aim(Init, At);
    if (const auto *C = N->getConstructExpr())
      aim(C, At);
  } else if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E)) {
    Target At;
    At.What = Target::Temporary;
    At.Temp = T;
    aim(T->getSubExpr(), At);
  }
  // A variable bound to a non-const reference, by an argument or a capture,
  // may be made to refer elsewhere if it is a pointer.
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    if (const auto *M = dyn_cast<CXXDependentScopeMemberExpr>(
            C->getCallee()->IgnoreParens());
        M && !M->isImplicitAccess() && C->getNumArgs() == 0 &&
        M->getMember().getAsIdentifierInfo())
      DependentCalls.push_back(
          {M->getBase(), M->getMember().getAsIdentifierInfo()->getName()});
    const FunctionDecl *F = C->getDirectCallee();
    unsigned Skip =
        isa<CXXOperatorCallExpr>(C) && isa_and_nonnull<CXXMethodDecl>(F) ? 1
                                                                         : 0;
    for (unsigned I = Skip; F && I < C->getNumArgs(); ++I) {
      if (I - Skip >= F->getNumParams())
        break;
      QualType P = F->getParamDecl(I - Skip)->getType();
      if (P->isLValueReferenceType() && !P->getPointeeType().isConstQualified())
        if (QualType A = C->getArg(I)->getType();
            A->isPointerType() || A->isScalarType())
          assign(C->getArg(I), nullptr);
    }
  }
  if (!isa<ImplicitCastExpr, DeclRefExpr, ParenExpr, IntegerLiteral,
           StringLiteral, CXXThisExpr, CXXBoolLiteralExpr>(E))
    StatementOf.try_emplace(E, Current);
}

void BodyFacts::visitDecl(const DeclStmt *S, unsigned Current, unsigned Depth) {
  for (const Decl *D : S->decls()) {
    if (const auto *R = dyn_cast<CXXRecordDecl>(D)) {
      if (R->isThisDeclarationADefinition())
        LocalClasses.push_back(R);
      continue;
    }
    const auto *V = dyn_cast<VarDecl>(D);
    if (!V)
      continue;
    DeclOf[V] = S;
    if (const Expr *Init = V->getInit()) {
      Target At;
      At.What = Target::Variable;
      At.Var = V;
      aim(Init, At);
      visit(Init, Current, Depth + 1);
      // A pointer or handle bound by non-const reference can be changed
      // through it.
      if (V->getType()->isLValueReferenceType() &&
          !V->getType()->getPointeeType().isConstQualified() &&
          V->getType()->getPointeeType()->isPointerType())
        assign(Init, nullptr);
    }
    if (const auto *Parts = dyn_cast<DecompositionDecl>(V))
      for (const BindingDecl *B : Parts->bindings())
        if (const VarDecl *Holding = B->getHoldingVar())
          DeclOf[Holding] = S;
  }
}

/// X of a condition `X.joinable()`.
static const Expr *joinableOf(const Expr *Cond) {
  const Expr *Bare = Cond ? peel(Cond) : nullptr;
  // t && t->joinable()
  if (const auto *B = dyn_cast_or_null<BinaryOperator>(Bare);
      B && B->getOpcode() == BO_LAnd) {
    const Expr *Right = joinableOf(B->getRHS());
    return Right ? Right : joinableOf(B->getLHS());
  }
  const auto *C = dyn_cast_or_null<CXXMemberCallExpr>(Bare);
  if (!C || !C->getMethodDecl() || !C->getMethodDecl()->getIdentifier() ||
      C->getMethodDecl()->getName() != "joinable")
    return nullptr;
  return C->getImplicitObjectArgument();
}

void BodyFacts::visitStatement(const Stmt *S, unsigned Context, unsigned Depth,
                               const Expr *Joinable) {
  while (S && isa<LabelStmt, CaseStmt, DefaultStmt, AttributedStmt>(S)) {
    StatementOf.try_emplace(S, Context);
    if (const auto *L = dyn_cast<LabelStmt>(S))
      S = L->getSubStmt();
    else if (const auto *C = dyn_cast<SwitchCase>(S))
      S = C->getSubStmt();
    else {
      Attributed.push_back(cast<AttributedStmt>(S));
      S = Attributed.back()->getSubStmt();
    }
  }
  if (!S)
    return;
  Statement Info = Statements[Context];
  Info.Whole = S;
  if (Joinable)
    Info.Joinable = Joinable;
  Statements.push_back(Info);
  unsigned Current = Statements.size() - 1;
  if (const auto *E = dyn_cast<Expr>(S))
    Discarded.insert(peel(E));
  visit(S, Current, Depth);
}

void BodyFacts::hide(const Stmt *S, const Stmt *Except, unsigned Depth) {
  if (!S || S == Except || Depth > MaxDepth)
    return;
  Hidden.insert(S);
  // The operand is evaluated once, and named again by what is hidden.
  if (const auto *O = dyn_cast<OpaqueValueExpr>(S))
    hide(O->getSourceExpr(), Except, Depth + 1);
  for (const Stmt *Child : S->children())
    hide(Child, Except, Depth + 1);
}

void BodyFacts::visit(const Stmt *S, unsigned Current, unsigned Depth) {
  if (!S)
    return;
  if (Depth > MaxDepth) {
    TooDeep = true;
    return;
  }
  switch (S->getStmtClass()) {
  case Stmt::CompoundStmtClass:
    for (const Stmt *Child : cast<CompoundStmt>(S)->body())
      visitStatement(Child, Current, Depth + 1);
    return;
  case Stmt::IfStmtClass: {
    const auto *I = cast<IfStmt>(S);
    visit(I->getInit(), Current, Depth + 1);
    visit(I->getConditionVariableDeclStmt(), Current, Depth + 1);
    visit(I->getCond(), Current, Depth + 1);
    visitStatement(I->getThen(), Current, Depth + 1, joinableOf(I->getCond()));
    visitStatement(I->getElse(), Current, Depth + 1);
    return;
  }
  case Stmt::ForStmtClass: {
    const auto *F = cast<ForStmt>(S);
    visit(F->getInit(), Current, Depth + 1);
    visit(F->getConditionVariableDeclStmt(), Current, Depth + 1);
    visit(F->getCond(), Current, Depth + 1);
    visit(F->getInc(), Current, Depth + 1);
    visitStatement(F->getBody(), Current, Depth + 1);
    return;
  }
  case Stmt::WhileStmtClass: {
    const auto *W = cast<WhileStmt>(S);
    visit(W->getConditionVariableDeclStmt(), Current, Depth + 1);
    visit(W->getCond(), Current, Depth + 1);
    visitStatement(W->getBody(), Current, Depth + 1);
    return;
  }
  case Stmt::DoStmtClass:
    visitStatement(cast<DoStmt>(S)->getBody(), Current, Depth + 1);
    visit(cast<DoStmt>(S)->getCond(), Current, Depth + 1);
    return;
  case Stmt::SwitchStmtClass: {
    const auto *W = cast<SwitchStmt>(S);
    visit(W->getInit(), Current, Depth + 1);
    visit(W->getConditionVariableDeclStmt(), Current, Depth + 1);
    visit(W->getCond(), Current, Depth + 1);
    visitStatement(W->getBody(), Current, Depth + 1);
    return;
  }
  case Stmt::CXXForRangeStmtClass: {
    const auto *F = cast<CXXForRangeStmt>(S);
    visit(F->getInit(), Current, Depth + 1);
    visit(F->getRangeStmt(), Current, Depth + 1);
    visit(F->getBeginStmt(), Current, Depth + 1);
    visit(F->getEndStmt(), Current, Depth + 1);
    visit(F->getCond(), Current, Depth + 1);
    visit(F->getInc(), Current, Depth + 1);
    visit(F->getLoopVarStmt(), Current, Depth + 1);
    if (const VarDecl *V = F->getLoopVariable()) {
      RangeOf[V] = F;
      if (const auto *Parts = dyn_cast<DecompositionDecl>(V))
        for (const BindingDecl *B : Parts->bindings())
          if (const VarDecl *Holding = B->getHoldingVar())
            RangeOf[Holding] = F;
    }
    visitStatement(F->getBody(), Current, Depth + 1);
    return;
  }
  case Stmt::CXXTryStmtClass: {
    const auto *T = cast<CXXTryStmt>(S);
    TryBlock Block;
    Block.What = T;
    Block.Outer = Statements[Current].Try;
    for (unsigned I = 0; I < T->getNumHandlers(); ++I)
      Block.CatchesAll |= !T->getHandler(I)->getExceptionDecl();
    Tries.push_back(Block);
    Statement Inside = Statements[Current];
    Inside.Try = Tries.size() - 1;
    Statements.push_back(Inside);
    visit(T->getTryBlock(), Statements.size() - 1, Depth + 1);
    for (unsigned I = 0; I < T->getNumHandlers(); ++I)
      visit(T->getHandler(I)->getHandlerBlock(), Current, Depth + 1);
    return;
  }
  case Stmt::DeclStmtClass:
    StatementOf.try_emplace(S, Current);
    visitDecl(cast<DeclStmt>(S), Current, Depth);
    return;
  case Stmt::ReturnStmtClass: {
    StatementOf.try_emplace(S, Current);
    const Expr *Value = cast<ReturnStmt>(S)->getRetValue();
    if (!Value)
      return;
    Target At;
    At.What = Target::Returned;
    aim(Value, At);
    visit(Value, Current, Depth + 1);
    return;
  }
  case Stmt::CoroutineBodyStmtClass:
    Coroutine = true;
    visit(cast<CoroutineBodyStmt>(S)->getBody(), Current, Depth + 1);
    return;
  case Stmt::CoreturnStmtClass:
    Coroutine = true;
    StatementOf.try_emplace(S, Current);
    visit(cast<CoreturnStmt>(S)->getOperand(), Current, Depth + 1);
    return;
  case Stmt::CoawaitExprClass:
  case Stmt::CoyieldExprClass: {
    const auto *C = cast<CoroutineSuspendExpr>(S);
    visitExpr(C, Current);
    visit(C->getOperand(), Current, Depth + 1);
    for (const Stmt *Child : C->children())
      hide(Child, C->getOperand(), Depth + 1);
    return;
  }
  case Stmt::LambdaExprClass: {
    const auto *L = cast<LambdaExpr>(S);
    visitExpr(L, Current);
    for (const Expr *Init : L->capture_inits())
      visit(Init, Current, Depth + 1);
    // What the lambda assigns to a variable it captured is assigned here too;
    // only that is taken from its body.
    BodyFacts Inner;
    Inner.Statements.emplace_back();
    Inner.visit(L->getBody(), 0, Depth + 1);
    for (auto &[D, Values] : Inner.Assigned)
      for (size_t I = 0; I < Values.size(); ++I)
        Assigned[D].push_back(nullptr);
    return;
  }
  case Stmt::InitListExprClass:
    if (cast<InitListExpr>(S)->getNumInits() > MaxInits)
      return;
    break;
  // Never evaluated.
  case Stmt::UnaryExprOrTypeTraitExprClass:
  case Stmt::CXXNoexceptExprClass:
  case Stmt::CXXTypeidExprClass:
  case Stmt::RequiresExprClass:
  case Stmt::ConceptSpecializationExprClass:
    return;
  default:
    break;
  }
  if (const auto *E = dyn_cast<Expr>(S))
    visitExpr(E, Current);
  else
    StatementOf.try_emplace(S, Current);
  for (const Stmt *Child : S->children())
    visit(Child, Current, Depth + 1);
}

void BodyFacts::look(const FunctionDecl *F, const Stmt *Body) {
  Statements.emplace_back();
  if (const auto *C = dyn_cast<CXXConstructorDecl>(F))
    for (const CXXCtorInitializer *I : C->inits()) {
      Target At;
      if (I->isAnyMemberInitializer()) {
        At.What = Target::Member;
        At.Field = I->getAnyMember();
        aim(I->getInit(), At);
      }
      visit(I->getInit(), 0, 0);
    }
  if (const auto *T = dyn_cast_or_null<CXXTryStmt>(Body)) {
    // A function try block.
    visitStatement(T, 0, 0);
    return;
  }
  visit(Body, 0, 0);
}

} // namespace runnel::frontend
