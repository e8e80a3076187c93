//===- LowerWalk.cpp - Expressions in evaluation order --------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

ir::Event &Lowering::emit(ir::Op What, SourceRange R) {
  Current->Events.emplace_back();
  ir::Event &E = Current->Events.back();
  E.What = What;
  E.Where = Where.range(R);
  SourceRange Whole = R;
  if (CurrentStatement && CurrentStatement->Whole)
    Whole = CurrentStatement->Whole->getSourceRange();
  E.Statement = Where.statement(Whole);
  ++EventCount;
  TryOfEvent.push_back(CurrentStatement ? CurrentStatement->Try : -1);
  return E;
}

void Lowering::walkTop(const Stmt *S) {
  CurrentTop = S;
  if (const BodyFacts::Statement *Found = Facts.statementOf(S))
    CurrentStatement = Found;
  walk(S);
  CurrentTop = nullptr;
}

void Lowering::walkChildren(const Stmt *S) {
  for (const Stmt *Child : S->children())
    walk(Child);
}

/// Whether reading a place is worth an event: not the plain locals.
static bool worthReading(const ir::Place &P, bool Write) {
  if (P.Root == ir::Place::Local || P.Root == ir::Place::Param ||
      P.Root == ir::Place::Result || P.Root == ir::Place::Unknown) {
    if (!P.Path.empty())
      return true;
    return Write || !P.Type.Scalar;
  }
  return true;
}

void Lowering::accessPlace(PlaceId P, uint32_t Flags, SourceRange R) {
  if (P == NoPlace)
    return;
  const ir::Place &Place = F.Places[P];
  if (!worthReading(Place, Flags & (ir::Write | ir::Moved)))
    return;
  // Locks and their like are told by what is done to them.
  switch (Place.Type.Is) {
  case ir::Role::Lock:
  case ir::Role::CondVar:
    if (Place.Type.Pointer)
      break; // the pointer may be shared memory itself
    return;
  case ir::Role::Guard:
    return;
  default:
    break;
  }
  if (Place.Root == ir::Place::Global && Place.Type.Const && Place.Type.Scalar)
    return;
  if (Place.Path.empty() &&
      (Place.Root == ir::Place::This || Place.Root == ir::Place::Result ||
       Place.Root == ir::Place::Unknown))
    return;
  if (!Current->Events.empty()) {
    ir::Event &Last = Current->Events.back();
    // Two writes of which a value is known are two events.
    if (Last.What == ir::Op::Access && Last.Subject == P &&
        (Last.Flags | Flags) == Last.Flags &&
        !((Flags & ir::Write) && Last.has(ir::Write)) &&
        // Fixes want all mentions of these.
        (Place.Type.Is != ir::Role::Optional || Last.Where == Where.range(R)))
      return;
  }
  ir::Event &E = emit(ir::Op::Access, R);
  E.Subject = P;
  E.Flags = Flags;
  if (Place.Type.Is == ir::Role::Atomic)
    E.Flags |= ir::AtomicAccess;
  E.Spelling = ir::Name(Where.text(R));
}

/// What the access just told of writes, if that is constant; if it also reads,
/// what it adds.
void Lowering::writtenValue(PlaceId To, std::optional<int64_t> Value) {
  if (To == NoPlace || Current->Events.empty())
    return;
  ir::Event &E = Current->Events.back();
  if (E.What != ir::Op::Access || E.Subject != To || !E.has(ir::Write))
    return;
  E.Value = Value.value_or(0);
  E.Flags &= ~ir::ValueKnown;
  if (Value)
    E.Flags |= ir::ValueKnown;
}

void Lowering::access(const Expr *E, uint32_t Flags) {
  // The hidden variables of a range-for are nobody's business.
  if (namesHidden(E))
    return;
  accessPlace(resolve(E), Flags, E->getSourceRange());
}

void Lowering::assign(PlaceId To, const Expr *E, SourceRange R) {
  if (To == NoPlace || !E)
    return;
  ir::Operand What = operand(E);
  if (What.Place == To && What.How == ir::Operand::PlaceArg)
    return;
  ir::Event &Event = emit(ir::Op::Assign, R);
  Event.Subject = To;
  Event.Args.push_back(What);
  if (What.Place != NoPlace && What.How == ir::Operand::PlaceArg) {
    const ir::Place &Dest = F.Places[To];
    bool Outlives = Dest.Root != ir::Place::Local;
    if (Outlives &&
        (What.ByReference || F.Places[What.Place].Type.indirect())) {
      ir::Event &Escape = emit(ir::Op::Escape, R);
      Escape.Subject = What.Place;
      Escape.Other = To;
      Escape.Value = int64_t(ir::EscapeKind::Stored);
    }
  }
}

bool refers(Types &T, QualType Type) {
  const ir::TypeRef &Ref = T.ref(Type);
  if (Ref.indirect())
    return true;
  switch (Ref.Is) {
  case ir::Role::View:
  case ir::Role::SharedPointer:
  case ir::Role::WeakPointer:
  case ir::Role::OwningPointer:
  case ir::Role::Function:
  case ir::Role::Closure:
  case ir::Role::Channel:
  case ir::Role::Sender:
  case ir::Role::Receiver:
  case ir::Role::Context:
  case ir::Role::CancelSource:
  case ir::Role::Future:
    return true;
  default:
    return false;
  }
}

/// A throw ends the guards of the try block that it leaves, which clang's CFG
/// does not tell.
void Lowering::unwindGuards(SourceRange R) {
  const int Try = CurrentStatement ? CurrentStatement->Try : -1;
  if (Try < 0)
    return;
  llvm::SmallVector<std::pair<uint32_t, const VarDecl *>, 4> Ended;
  for (const ValueDecl *D : Declared) {
    const auto *V = dyn_cast<VarDecl>(D);
    if (!V || T.role(V->getType()) != ir::Role::Guard)
      continue;
    auto Stmt = Facts.DeclOf.find(V);
    const BodyFacts::Statement *At =
        Stmt == Facts.DeclOf.end() ? nullptr : Facts.statementOf(Stmt->second);
    int Of = At ? At->Try : -1;
    while (Of >= 0 && Of != Try)
      Of = Facts.Tries[Of].Outer;
    if (Of == Try)
      Ended.push_back({LocalIndex.lookup(V), V});
  }
  llvm::sort(Ended, [](auto &A, auto &B) { return A.first > B.first; });
  for (auto &[Index, V] : Ended)
    destroy(localPlace(V), V->getType(), R.getBegin(), true);
}

/// The ways to other objects among the fields of an aggregate.
void Lowering::declare(const VarDecl *V) {
  if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V) || V->isImplicit() ||
      Declared.contains(V))
    return;
  const ir::TypeRef &Type = T.ref(V->getType());
  if ((Type.Scalar && !Type.Array) || aliasOf(V) != NoPlace)
    return;
  Declared.insert(V);
  if (isa<DecompositionDecl>(V)) {
    if (V->getType()->isReferenceType())
      return;
    for (const BindingDecl *B : cast<DecompositionDecl>(V)->bindings())
      emit(ir::Op::Declare, B->getSourceRange()).Subject = localPlace(B);
    return;
  }
  PlaceId P = localPlace(V);
  emit(ir::Op::Declare, V->getSourceRange()).Subject = P;
}

/// The expression names a thread_local variable, or a part of one.
static bool refersToThread(const Expr *E) {
  for (;;) {
    E = peel(E);
    if (const auto *U = dyn_cast<UnaryOperator>(E);
        U && U->getOpcode() == UO_AddrOf)
      E = U->getSubExpr();
    else if (const auto *M = dyn_cast<MemberExpr>(E);
             M && !isa<VarDecl>(M->getMemberDecl()))
      E = M->getBase();
    else if (const auto *A = dyn_cast<ArraySubscriptExpr>(E))
      E = A->getBase();
    else
      break;
  }
  const ValueDecl *Named = nullptr;
  if (const auto *D = dyn_cast<DeclRefExpr>(E))
    Named = D->getDecl();
  else if (const auto *M = dyn_cast<MemberExpr>(E))
    Named = M->getMemberDecl();
  const auto *Of = dyn_cast_or_null<VarDecl>(Named);
  return Of && Of->getTLSKind() != VarDecl::TLS_None;
}

void Lowering::walkVariable(const VarDecl *V) {
  const Expr *Init = V->getInit();
  if (Init)
    walk(Init);
  if (V->isStaticLocal()) {
    Builder.want(V);
    return;
  }
  declare(V);
  if (Init && T.ref(V->getType()).Scalar && !V->getType().isConstQualified() &&
      !V->getType()->isReferenceType())
    if (std::optional<int64_t> Value = constant(Init)) {
      ir::Event &E = emit(ir::Op::Declare, V->getSourceRange());
      E.Subject = localPlace(V);
      E.Value = *Value;
      E.Flags |= ir::ValueKnown;
    }
  if (Init && V->getType()->isDependentType() &&
      T.role(V->getType()) == ir::Role::Guard) {
    // In a template nobody has instantiated: std::lock_guard<M> l(m).
    llvm::SmallVector<const Expr *, 4> Args;
    if (const auto *P = dyn_cast<ParenListExpr>(Init))
      for (unsigned I = 0; I < P->getNumExprs(); ++I)
        Args.push_back(P->getExpr(I));
    else if (const auto *L = dyn_cast<InitListExpr>(Init))
      Args.append(L->inits().begin(), L->inits().end());
    else if (const auto *C = dyn_cast<CXXUnresolvedConstructExpr>(Init))
      Args.append(C->arg_begin(), C->arg_end());
    if (const CXXRecordDecl *R = T.classOf(V->getType()); R && !Args.empty()) {
      CallParts P;
      P.Call = Init;
      guardBegin(P, localPlace(V), Args, T.record(R), false, nullptr);
      DependentGuards.insert(V);
    }
    return;
  }
  if (!Init || V->isImplicit() || isa<DecompositionDecl>(V))
    return;
  if (PlaceId Of = aliasOf(V); Of != NoPlace) {
    // Which thread's it is, is settled here, whatever it is called later.
    if (F.Places[Of].Root == ir::Place::Global && refersToThread(Init)) {
      ir::Event &E = emit(ir::Op::Access, V->getLocation());
      E.Subject = Of;
      E.Flags = ir::AddressTaken;
      E.Spelling = ir::Name(V->getName());
    }
    return;
  }
  const Expr *Bare = peel(Init);
  if (isa<LambdaExpr>(Bare) || !refers(T, V->getType()))
    return;
  if (Facts.RangeOf.contains(V)) {
    const Expr *Over = Facts.RangeOf[V]->getRangeInit();
    // Told by the receive.
    if (Over && (T.role(Over->getType()) == ir::Role::Channel ||
                 T.role(Over->getType()) == ir::Role::Receiver))
      return;
    PlaceId P = resolve(Over);
    if (P == NoPlace)
      return;
    PlaceId Element = index(P, ir::Name(V->getNameAsString()),
                            V->getType().getNonReferenceType());
    PlaceId To = localPlace(V);
    ir::Event &E = emit(ir::Op::Assign, V->getSourceRange());
    E.Subject = To;
    E.Args.emplace_back();
    E.Args.back().How = ir::Operand::PlaceArg;
    E.Args.back().Place = Element;
    return;
  }
  // What a construction or a call made is the variable itself.
  PlaceId To = localPlace(V);
  if (ir::Operand What = operand(Init);
      What.How == ir::Operand::Other || What.Place == To)
    return;
  assign(To, Init, V->getSourceRange());
}

/// What a view that is made in place is made of.
static const Expr *firstPart(const Expr *E) {
  E = peel(E);
  if (const auto *L = dyn_cast<InitListExpr>(E))
    return L->getNumInits() > 0 ? L->getInit(0) : nullptr;
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return C->getNumArgs() > 0 ? C->getArg(0) : nullptr;
  if (const auto *C = dyn_cast<CXXFunctionalCastExpr>(E))
    return firstPart(C->getSubExpr());
  return nullptr;
}

void Lowering::walkReturn(const Expr *Value, SourceRange R) {
  if (Value)
    walk(Value);
  PlaceId P = NoPlace;
  uint32_t Flags = 0;
  if (Value) {
    ir::Operand What = operand(Value);
    // Parts that are put together here.
    if (auto Parts = ReturnedParts.find(peel(Value));
        Parts != ReturnedParts.end() && What.Place == NoPlace) {
      What = {};
      What.Place = Parts->second;
    }
    // A view of parts: {v.data(), v.size()}.
    if (What.Place == NoPlace &&
        T.role(Decl->getReturnType()) == ir::Role::View)
      if (const Expr *Of = firstPart(Value))
        What = operand(Of);
    // found ? &it->second : nullptr
    if (const auto *C = dyn_cast<ConditionalOperator>(peel(Value));
        C && What.Place == NoPlace && C->getType()->isPointerType()) {
      ir::Operand A = operand(C->getTrueExpr()), B = operand(C->getFalseExpr());
      if (A.How == ir::Operand::Null)
        What = B;
      else if (B.How == ir::Operand::Null)
        What = A;
    }
    P = What.Place;
    QualType Result = Decl->getReturnType();
    const ir::TypeRef &Type = T.ref(Result);
    if (P != NoPlace) {
      const ir::Place &Place = F.Places[P];
      if (Type.Reference || Type.RValue || Type.Is == ir::Role::View ||
          (Type.Pointer &&
           (What.ByReference || Place.Type.Pointer || !Place.Path.empty() ||
            // An array that is returned is the way to its first element.
            (Place.Type.Array && Place.Root == ir::Place::Global))))
        Flags |= ir::ByReference;
      else if (Value->getType()->isScalarType() ||
               !(Place.Root == ir::Place::Local))
        accessPlace(P, ir::Read, Value->getSourceRange());
      if (What.Moved)
        Flags |= ir::Moved;
    }
    // A local guard that is returned leaves with its lock; the destructor that
    // the CFG still has for it is not run.
    if (const auto *D = dyn_cast<DeclRefExpr>(peel(Value))) {
      if (const auto *V = dyn_cast<VarDecl>(D->getDecl()))
        ReturnedGuards.insert(V);
    } else if (const auto *C = dyn_cast<CXXConstructExpr>(peel(Value));
               C && C->getNumArgs() >= 1 &&
               C->getConstructor()->isCopyOrMoveConstructor()) {
      if (const auto *D = dyn_cast<DeclRefExpr>(peel(C->getArg(0))))
        if (const auto *V = dyn_cast<VarDecl>(D->getDecl()))
          ReturnedGuards.insert(V);
    }
  }
  ir::Event &E = emit(ir::Op::Return, R);
  E.Subject = P;
  E.Flags = Flags;
  if (Value)
    E.Spelling = spelling(Value);
  if (Value && P == NoPlace)
    if (std::optional<int64_t> Known = constant(Value)) {
      E.Args.emplace_back();
      E.Args.back().How = ir::Operand::Number;
      E.Args.back().Value = *Known;
    }
}

void Lowering::walkAssignment(const BinaryOperator *B) {
  walk(B->getLHS());
  walk(B->getRHS());
  PlaceId To = resolve(B->getLHS());
  uint32_t Flags = ir::Write;
  if (B->isCompoundAssignmentOp())
    Flags |= ir::Read;
  accessPlace(To, Flags, B->getLHS()->getSourceRange());
  if (B->getOpcode() == BO_Assign)
    writtenValue(To, constant(B->getRHS()));
  else if (B->getOpcode() == BO_AddAssign)
    writtenValue(To, constant(B->getRHS()));
  else if (auto Less = constant(B->getRHS());
           Less && B->getOpcode() == BO_SubAssign)
    writtenValue(To, -*Less);
  else
    writtenValue(To, std::nullopt);
  if (B->getOpcode() == BO_Assign && To != NoPlace &&
      refers(T, B->getLHS()->getType()))
    assign(To, B->getRHS(), B->getSourceRange());
}

void Lowering::walkUnary(const UnaryOperator *U) {
  walk(U->getSubExpr());
  if (U->isIncrementDecrementOp()) {
    access(U->getSubExpr(), ir::Read | ir::Write);
    writtenValue(resolve(U->getSubExpr()), U->isIncrementOp() ? 1 : -1);
  } else if (U->getOpcode() == UO_AddrOf)
    access(U->getSubExpr(), ir::AddressTaken);
}

void Lowering::walkNew(const CXXNewExpr *N) {
  for (const Expr *A : N->placement_arguments())
    walk(A);
  if (auto Size = N->getArraySize())
    walk(*Size);
  if (const Expr *Init = N->getInitializer())
    walk(Init);
  makeNew(N);
}

void Lowering::makeNew(const CXXNewExpr *N) {
  if (!N || MadeBy.contains(N))
    return;
  PlaceId P = targetPlace(N);
  if (P == NoPlace)
    P = unknownPlace(N->getAllocatedType());
  MadeBy[N] = P;
  ir::Event &E = emit(ir::Op::New, N->getSourceRange());
  E.Subject = P;
  E.Text = T.ref(N->getAllocatedType()).Spelling;
}

void Lowering::walk(const Stmt *S) {
  if (!S)
    return;
  if (S != CurrentTop && Elements.contains(S))
    return; // invariant 2
  if (WalkDepth > 400) {
    F.Incomplete = true;
    return;
  }
  ++WalkDepth;
  switch (S->getStmtClass()) {
  case Stmt::DeclStmtClass:
    for (const clang::Decl *D : cast<DeclStmt>(S)->decls()) {
      if (const auto *V = dyn_cast<VarDecl>(D)) {
        walkVariable(V);
        Builder.allow(V);
      }
    }
    break;
  case Stmt::ReturnStmtClass:
    walkReturn(cast<ReturnStmt>(S)->getRetValue(), S->getSourceRange());
    break;
  case Stmt::CoreturnStmtClass:
    walkReturn(cast<CoreturnStmt>(S)->getOperand(), S->getSourceRange());
    break;
  case Stmt::CXXThrowExprClass:
    walkChildren(S);
    emit(ir::Op::Throw, S->getSourceRange());
    unwindGuards(S->getSourceRange());
    break;
  case Stmt::LambdaExprClass:
    walkLambda(cast<LambdaExpr>(S));
    break;
  case Stmt::CallExprClass:
  case Stmt::CXXMemberCallExprClass:
  case Stmt::CXXOperatorCallExprClass:
  case Stmt::UserDefinedLiteralClass:
  case Stmt::CUDAKernelCallExprClass:
    walkCall(cast<CallExpr>(S));
    break;
  case Stmt::CXXConstructExprClass:
  case Stmt::CXXTemporaryObjectExprClass:
    walkConstruct(cast<CXXConstructExpr>(S));
    break;
  case Stmt::CXXNewExprClass:
    walkNew(cast<CXXNewExpr>(S));
    break;
  case Stmt::CXXDeleteExprClass: {
    const auto *D = cast<CXXDeleteExpr>(S);
    walk(D->getArgument());
    PlaceId P = resolve(D->getArgument());
    QualType Type = D->getDestroyedType();
    if (!Type.isNull())
      destroy(P, Type, D->getBeginLoc(), /*Local=*/false);
    emit(ir::Op::Delete, D->getSourceRange()).Subject = P;
    break;
  }
  case Stmt::BinaryOperatorClass:
  case Stmt::CompoundAssignOperatorClass: {
    const auto *B = cast<BinaryOperator>(S);
    if (B->isAssignmentOp())
      walkAssignment(B);
    else
      walkChildren(S);
    break;
  }
  case Stmt::UnaryOperatorClass:
    walkUnary(cast<UnaryOperator>(S));
    break;
  case Stmt::ImplicitCastExprClass: {
    const auto *C = cast<ImplicitCastExpr>(S);
    walk(C->getSubExpr());
    if (C->getCastKind() == CK_LValueToRValue)
      access(C->getSubExpr(), ir::Read);
    break;
  }
  case Stmt::CoawaitExprClass:
  case Stmt::CoyieldExprClass: {
    const auto *C = cast<CoroutineSuspendExpr>(S);
    walk(C->getOperand());
    ir::Event &E = emit(ir::Op::Suspend, S->getSourceRange());
    E.Text = isa<CoyieldExpr>(S) ? "co_yield" : "co_await";
    const Expr *Bare = peel(C->getOperand());
    auto Made = ResolvedCalls.find(Bare);
    if (Made != ResolvedCalls.end())
      ResolvedCalls[cast<Expr>(S)] = Made->second;
    break;
  }
  case Stmt::CXXDefaultInitExprClass:
    walk(cast<CXXDefaultInitExpr>(S)->getExpr());
    break;
  case Stmt::OpaqueValueExprClass:
    break;
  case Stmt::InitListExprClass:
    if (cast<InitListExpr>(S)->getNumInits() > 512)
      break;
    walkChildren(S);
    initialiseParts(cast<Expr>(S));
    break;
  case Stmt::CXXParenListInitExprClass:
    walkChildren(S);
    initialiseParts(cast<Expr>(S));
    break;
  case Stmt::AttributedStmtClass:
    walk(cast<AttributedStmt>(S)->getSubStmt());
    break;
  // Never evaluated.
  case Stmt::UnaryExprOrTypeTraitExprClass:
  case Stmt::CXXNoexceptExprClass:
  case Stmt::CXXTypeidExprClass:
  case Stmt::RequiresExprClass:
  case Stmt::ConceptSpecializationExprClass:
  case Stmt::CXXDefaultArgExprClass:
    break;
  default:
    // Control statements are the CFG's; an element of it is an expression.
    if (isa<Expr>(S))
      walkChildren(S);
    break;
  }
  --WalkDepth;
}

} // namespace runnel::frontend
