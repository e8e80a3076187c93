//===- LowerPlaces.cpp - From expressions to places -----------------------===//
//
// What names the same memory gets the same place. References, pointers that
// are assigned once, smart pointers, accessors whose body is in sight and
// std::move are looked through; what cannot be named is NoPlace.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

static constexpr unsigned MaxResolveDepth = 64;

/// Copies of it stand for the same thing.
static bool isHandle(ir::Role R) {
  switch (R) {
  case ir::Role::Channel:
  case ir::Role::Sender:
  case ir::Role::Receiver:
  case ir::Role::Context:
  case ir::Role::SharedPointer:
  case ir::Role::WeakPointer:
  case ir::Role::View:
  case ir::Role::StopToken:
  case ir::Role::StopSource:
    return true;
  default:
    return false;
  }
}

static bool pointsLike(ir::Role R) {
  return R == ir::Role::SharedPointer || R == ir::Role::WeakPointer ||
         R == ir::Role::OwningPointer || R == ir::Role::Optional ||
         R == ir::Role::View || R == ir::Role::Guard;
}

PlaceId Lowering::root(ir::Place::Kind Kind, uint32_t Index, ir::Name Symbol,
                       QualType Type) {
  StepKey Key{NoPlace, (unsigned(Kind) << 24) | Index, Symbol.key(), nullptr};
  auto [It, Inserted] = Steps.try_emplace(Key, F.Places.size());
  if (Inserted) {
    ir::Place P;
    P.Root = Kind;
    P.Index = Index;
    P.Symbol = Symbol;
    P.Type = T.ref(Type);
    F.Places.push_back(std::move(P));
  }
  return It->second;
}

PlaceId Lowering::step(PlaceId Base, ir::Step S, QualType Type) {
  if (Base == NoPlace || F.Places[Base].Path.size() > 12)
    return NoPlace;
  StepKey Key{Base, unsigned(S.How), S.Symbol.key(), S.Id.key()};
  auto [It, Inserted] = Steps.try_emplace(Key, F.Places.size());
  if (Inserted) {
    ir::Place P = F.Places[Base];
    P.Path.push_back(S);
    P.Type = T.ref(Type);
    F.Places.push_back(std::move(P));
  }
  return It->second;
}

PlaceId Lowering::field(PlaceId Base, const ValueDecl *D, QualType Type) {
  if (const auto *FD = dyn_cast<FieldDecl>(D)) {
    if (!FD->getDeclName())
      return Base; // a step into an anonymous struct or union
    if (const auto *R = dyn_cast<CXXRecordDecl>(FD->getParent()))
      Builder.want(R);
  }
  return step(Base,
              {ir::Step::Field, Names.of(D), ir::Name(D->getNameAsString())},
              Type);
}

PlaceId Lowering::index(PlaceId Base, ir::Name Text, QualType Type) {
  return step(Base, {ir::Step::Index, {}, Text}, Type);
}

PlaceId Lowering::unknownPlace(QualType Type) {
  return root(ir::Place::Unknown, Unknowns++, {}, Type);
}

/// What a local takes of the stack, if that is worth telling.
uint64_t Lowering::frameBytes(const VarDecl *V) const {
  QualType Type = V->getType();
  if (!V->hasLocalStorage() || Type.isNull() || Type->isReferenceType() ||
      Type->isDependentType() || Type->isIncompleteType())
    return 0;
  // Where the code does not compile, there is an `auto` that nothing deduced,
  // or a class whose layout Clang refuses to compute.
  if (V->isInvalidDecl() || Type->isUndeducedType())
    return 0;
  const auto *Class = Type->getBaseElementTypeUnsafe()->getAsCXXRecordDecl();
  if (Class && Class->isInvalidDecl())
    return 0;
  if (Type->isVariableArrayType())
    return ir::UnknownSize;
  uint64_t Bytes = Context.getTypeSizeInChars(Type).getQuantity();
  return Bytes >= ir::LargeLocal ? Bytes : 0;
}

PlaceId Lowering::localPlace(const ValueDecl *V) {
  auto [It, Inserted] = LocalIndex.try_emplace(V, F.Locals.size());
  if (Inserted) {
    ir::Variable Local;
    Local.Id = ir::Name(V->getNameAsString());
    Local.Type = T.ref(V->getType());
    Local.Where = Where.token(V->getLocation());
    const auto *Var = dyn_cast<VarDecl>(V);
    if (const auto *B = dyn_cast<BindingDecl>(V))
      Var = dyn_cast_or_null<VarDecl>(B->getDecomposedDecl());
    if (Var) {
      auto Stmt = Facts.DeclOf.find(Var);
      Local.Declaration = Where.statement(Stmt != Facts.DeclOf.end()
                                              ? Stmt->second->getSourceRange()
                                              : Var->getSourceRange());
      if (const TypeSourceInfo *Info = Var->getTypeSourceInfo())
        Local.TypeText = Where.range(
            Info->getTypeLoc().getUnqualifiedLoc().getSourceRange());
      Local.Bytes = frameBytes(Var);
      Local.NoInit = !Var->hasInit();
      if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(Var->getInit()))
        Local.NoInit = C->getNumArgs() == 0 && !C->isListInitialization();
    }
    F.Locals.push_back(std::move(Local));
  }
  return root(ir::Place::Local, It->second, {}, V->getType());
}

PlaceId Lowering::resolveThis() {
  auto It = CaptureIndex.find(nullptr);
  QualType Type;
  if (const auto *M = dyn_cast<CXXMethodDecl>(Decl);
      M && !M->getParent()->isLambda())
    Type = M->getThisType()->getPointeeType().getUnqualifiedType();
  else if (It != CaptureIndex.end())
    return root(ir::Place::Capture, It->second, {},
                QualType()); // the type is the capture's
  return root(ir::Place::This, 0, {}, Type);
}

bool Lowering::stable(const Expr *E, unsigned Depth) {
  if (!E || Depth > 24)
    return false;
  E = peel(E);
  auto Fixed = [&](const ValueDecl *D, QualType Type) {
    ir::Role R = T.role(Type);
    bool Points = Type->isPointerType() || pointsLike(R) || isHandle(R);
    return !Points || !Facts.isAssigned(D);
  };
  if (isa<CXXThisExpr>(E))
    return true;
  if (const auto *D = dyn_cast<DeclRefExpr>(E))
    return Fixed(D->getDecl(), D->getDecl()->getType());
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return Fixed(M->getMemberDecl(), M->getMemberDecl()->getType()) &&
           (!isa<FieldDecl>(M->getMemberDecl()) ||
            stable(M->getBase(), Depth + 1));
  if (const auto *U = dyn_cast<UnaryOperator>(E))
    return (U->getOpcode() == UO_Deref || U->getOpcode() == UO_AddrOf) &&
           stable(U->getSubExpr(), Depth + 1);
  if (const auto *C = dyn_cast<ExplicitCastExpr>(E))
    return stable(C->getSubExpr(), Depth + 1);
  if (const auto *A = dyn_cast<ArraySubscriptExpr>(E)) {
    const auto *I = dyn_cast<DeclRefExpr>(peel(A->getIdx()));
    bool Simple = isa<IntegerLiteral>(peel(A->getIdx())) ||
                  (I && !Facts.isAssigned(I->getDecl()));
    return Simple && stable(A->getBase(), Depth + 1);
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    // A copy of a handle; not a move, after which the source is empty.
    return C->getNumArgs() == 1 && C->getConstructor()->isCopyConstructor() &&
           stable(C->getArg(0), Depth + 1);
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    for (const Expr *A : C->arguments()) {
      if (isa<CXXDefaultArgExpr>(A))
        continue;
      const Expr *Bare = peel(A);
      const auto *D = dyn_cast<DeclRefExpr>(Bare);
      bool Constant = isa<IntegerLiteral, StringLiteral, CXXBoolLiteralExpr,
                          CharacterLiteral>(Bare);
      if (!Constant && !(D && !Facts.isAssigned(D->getDecl())) &&
          !stable(A, Depth + 1))
        return false;
    }
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(C))
      return stable(M->getImplicitObjectArgument(), Depth + 1);
    return C->getDirectCallee() != nullptr;
  }
  return false;
}

/// What the element of a range-for's turn is called.
static ir::Name elementName(const VarDecl *V) {
  if (const auto *Parts = dyn_cast<DecompositionDecl>(V);
      Parts && !Parts->bindings().empty())
    return ir::Name(Parts->bindings().front()->getName());
  return ir::Name(V->getNameAsString());
}

PlaceId Lowering::aliasOf(const VarDecl *V) {
  auto Hit = Aliases.find(V);
  if (Hit != Aliases.end())
    return Hit->second;
  PlaceId Found = NoPlace;
  QualType Type = V->getType();
  bool Reference = Type->isReferenceType();
  bool Points =
      Type->isPointerType() || T.role(Type) == ir::Role::SharedPointer;
  const Expr *Init = V->getInit();
  if ((Reference || (Points && !Facts.isAssigned(V))) && Init &&
      !Type->isDependentType() && Resolving.insert(V).second) {
    auto Range = Facts.RangeOf.find(V);
    if (Range != Facts.RangeOf.end()) {
      // The element of this turn: equal to nothing but itself.
      const Expr *Over = Range->second->getRangeInit();
      // What is received from a channel is the variable's own.
      const ir::Role Of = Over ? T.role(Over->getType()) : ir::Role::Data;
      if (Over && stable(Over) && Of != ir::Role::Channel &&
          Of != ir::Role::Receiver)
        Found =
            index(resolve(Over), elementName(V), Type.getNonReferenceType());
    } else {
      const auto *Made =
          dyn_cast<MaterializeTemporaryExpr>(Init->IgnoreParenImpCasts());
      if (const auto *C = dyn_cast<ExprWithCleanups>(Init))
        Made = dyn_cast<MaterializeTemporaryExpr>(
            C->getSubExpr()->IgnoreParenImpCasts());
      if (!(Reference && Made) && stable(Init))
        Found = resolve(Init);
    }
    // An object the call made is the variable's own.
    if (Found != NoPlace && (F.Places[Found].Root == ir::Place::Result ||
                             F.Places[Found].Root == ir::Place::Unknown))
      Found = NoPlace;
    Resolving.erase(V);
  } else if (Resolving.contains(V)) {
    return NoPlace;
  }
  return Aliases[V] = Found;
}

PlaceId Lowering::resolveVariable(const VarDecl *V) {
  if (!V->hasLocalStorage()) {
    // Constants, and the library's tags, are no memory anybody shares.
    if (V->isConstexpr() ||
        (V->getType().isConstQualified() && Where.isSystem(V->getLocation())))
      return NoPlace;
    Builder.want(V);
    return root(ir::Place::Global, 0, Names.of(V), V->getType());
  }
  if (const auto *P = dyn_cast<ParmVarDecl>(V))
    if (const auto *Of = dyn_cast<FunctionDecl>(P->getDeclContext());
        Of && Of->getCanonicalDecl() == Decl->getCanonicalDecl() &&
        P->getFunctionScopeIndex() < F.Params.size())
      return root(ir::Place::Param, P->getFunctionScopeIndex(), {},
                  P->getType());
  PlaceId Alias = aliasOf(V);
  return Alias != NoPlace ? Alias : localPlace(V);
}

PlaceId Lowering::resolveBinding(const BindingDecl *B) {
  const auto *Whole = dyn_cast_or_null<VarDecl>(B->getDecomposedDecl());
  if (!Whole)
    return NoPlace;
  bool ByValue = !Whole->getType()->isReferenceType();
  if (ByValue)
    return localPlace(B);
  // auto &[k, v] = pair: parts of what is bound.
  PlaceId Of = resolveVariable(Whole);
  if (const Expr *E = B->getBinding())
    if (const auto *M = dyn_cast<MemberExpr>(peel(E)))
      if (const auto *FD = dyn_cast<FieldDecl>(M->getMemberDecl()))
        return field(Of, FD, B->getType());
  unsigned Number = 0;
  for (const BindingDecl *Other : cast<DecompositionDecl>(Whole)->bindings()) {
    if (Other == B)
      break;
    ++Number;
  }
  return index(Of, ir::Name(llvm::utostr(Number)), B->getType());
}

PlaceId Lowering::resolveDecl(const DeclRefExpr *D) {
  const ValueDecl *V = D->getDecl();
  auto Captured = CaptureIndex.find(V);
  if (Captured != CaptureIndex.end())
    return root(ir::Place::Capture, Captured->second, {}, V->getType());
  if (const auto *B = dyn_cast<BindingDecl>(V))
    return resolveBinding(B);
  if (const auto *Var = dyn_cast<VarDecl>(V)) {
    // A binding of tuple-like kind refers to its holding variable.
    return resolveVariable(Var);
  }
  return NoPlace;
}

ir::Name Lowering::indexText(const Expr *E) {
  const Expr *Bare = peel(E);
  if (const auto *I = dyn_cast<IntegerLiteral>(Bare)) {
    llvm::SmallString<24> Text;
    I->getValue().toString(Text, 10, true);
    return ir::Name(Text.str());
  }
  ir::Name Text = canonicalText(E);
  if (Text && Text.str().size() <= 48)
    return Text;
  return ir::Name("?" + llvm::utostr(Unknowns++));
}

/// The expression an accessor returns, if that is all its body does.
const Expr *Lowering::accessorResult(const CXXMethodDecl *M) {
  if (M->isVirtual() && !M->hasAttr<FinalAttr>() &&
      !M->getParent()->isEffectivelyFinal())
    return nullptr;
  // A system header's is known by its contract; its body may not be there.
  if (Where.isSystem(M->getLocation()))
    return nullptr;
  const FunctionDecl *Definition = nullptr;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(M->getBody(Definition));
  if (!Body || Body->size() != 1)
    return nullptr;
  const auto *Return = dyn_cast<ReturnStmt>(Body->body_front());
  return Return ? Return->getRetValue() : nullptr;
}

PlaceId Lowering::resolveAccessor(const Expr *E, PlaceId This, unsigned Depth) {
  if (!E || Depth > 12)
    return NoPlace;
  E = peel(E);
  if (isa<CXXThisExpr>(E))
    return This;
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    if (isa<FieldDecl>(M->getMemberDecl()))
      return field(resolveAccessor(M->getBase(), This, Depth + 1),
                   M->getMemberDecl(), M->getType());
    if (const auto *V = dyn_cast<VarDecl>(M->getMemberDecl()))
      return resolveVariable(V);
    return NoPlace;
  }
  if (const auto *U = dyn_cast<UnaryOperator>(E))
    return U->getOpcode() == UO_Deref || U->getOpcode() == UO_AddrOf
               ? resolveAccessor(U->getSubExpr(), This, Depth + 1)
               : NoPlace;
  if (const auto *D = dyn_cast<DeclRefExpr>(E)) {
    const auto *V = dyn_cast<VarDecl>(D->getDecl());
    return V && !V->hasLocalStorage() ? resolveVariable(V) : NoPlace;
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return C->getNumArgs() == 1 && isHandle(T.role(C->getType()))
               ? resolveAccessor(C->getArg(0), This, Depth + 1)
               : NoPlace;
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (!Callee)
      return NoPlace;
    const Expr *Object = nullptr;
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(C))
      Object = M->getImplicitObjectArgument();
    else if (C->getNumArgs() > 0)
      Object = C->getArg(0);
    if (!Object)
      return NoPlace;
    const auto *O = dyn_cast<CXXOperatorCallExpr>(C);
    bool Same = O &&
                (O->getOperator() == OO_Star || O->getOperator() == OO_Arrow) &&
                pointsLike(T.role(Object->getType()));
    for (const Action &A : T.meaning(Callee, Object->getType()))
      Same |= A.What == Verb::Identity;
    return Same ? resolveAccessor(Object, This, Depth + 1) : NoPlace;
  }
  return NoPlace;
}

PlaceId Lowering::resolveCall(const CallExpr *C) {
  auto Made = ResolvedCalls.find(C);
  if (Made != ResolvedCalls.end())
    return Made->second;
  const FunctionDecl *Callee = C->getDirectCallee();
  if (!Callee)
    return NoPlace;
  const auto *M = dyn_cast<CXXMethodDecl>(Callee);
  const Expr *Object = nullptr;
  llvm::ArrayRef<const Expr *> Args(C->getArgs(), C->getNumArgs());
  const auto *Operator = dyn_cast<CXXOperatorCallExpr>(C);
  if (const auto *MC = dyn_cast<CXXMemberCallExpr>(C))
    Object = MC->getImplicitObjectArgument();
  else if (Operator && M && !M->isStatic() && !Args.empty()) {
    Object = Args.front();
    Args = Args.drop_front();
  }
  while (!Args.empty() && isa<CXXDefaultArgExpr>(Args.back()))
    Args = Args.drop_back();

  QualType ObjectType =
      Object ? Object->IgnoreParenImpCasts()->getType() : QualType();
  ir::Role ObjectRole = Object ? T.role(ObjectType) : ir::Role::Data;
  ir::Name Id = ir::Name(Callee->getNameAsString());
  for (const Action &A : T.meaning(Callee, ObjectType)) {
    // make_shared and its like: another object each time.
    if (A.What == Verb::Emplace && A.Subject == Action::Result)
      return NoPlace;
    const Expr *Of = A.Subject >= 0 && size_t(A.Subject) < Args.size()
                         ? Args[A.Subject]
                     : Object        ? Object
                     : !Args.empty() ? Args.front()
                                     : nullptr;
    if (!Of)
      continue;
    if (A.What == Verb::Identity)
      return resolve(Of);
    if (A.What == Verb::Element) {
      ir::Name Which = Id;
      if (Object && !Args.empty())
        Which = indexText(Args.front());
      else if (const auto *TA = Callee->getTemplateSpecializationArgs();
               TA && TA->size() > 0 &&
               TA->get(0).getKind() == TemplateArgument::Integral)
        Which = ir::Name(llvm::toString(TA->get(0).getAsIntegral(), 10));
      return index(resolve(Of), Which, C->getType());
    }
    if (A.What == Verb::View)
      return step(resolve(Of), {ir::Step::Call, Names.of(Callee), Id},
                  C->getType());
  }
  if (Operator && Object && pointsLike(ObjectRole) &&
      (Operator->getOperator() == OO_Star ||
       Operator->getOperator() == OO_Arrow) &&
      Args.empty())
    return resolve(Object);
  QualType Result = Callee->getReturnType();
  bool Refers = Result->isReferenceType() || Result->isPointerType() ||
                isHandle(T.role(Result));
  if (!Refers)
    return NoPlace;
  if (isa_and_nonnull<CXXConversionDecl>(M) && Object)
    return resolve(Object);
  if (Operator && Object && Operator->getOperator() == OO_Subscript &&
      Args.size() == 1)
    return index(resolve(Object), indexText(Args.front()), C->getType());
  if (Operator && Object && Operator->isAssignmentOp())
    return resolve(Object);
  if (M && Object && !M->isStatic()) {
    if (const Expr *Inner = accessorResult(M)) {
      PlaceId P = resolveAccessor(Inner, resolve(Object), 0);
      if (P != NoPlace)
        return P;
    }
    // A method that hands out another object each time is no accessor.
    if (!Args.empty() || (!M->isConst() && !Result->isReferenceType()))
      return NoPlace;
    return step(resolve(Object), {ir::Step::Call, Names.of(Callee), Id},
                C->getType());
  }
  if (!Args.empty() || Operator)
    return NoPlace;
  // Foo::instance()
  return step(root(ir::Place::Global, 0, Names.of(Callee), C->getType()),
              {ir::Step::Call, Names.of(Callee), Id}, C->getType());
}

PlaceId Lowering::resolve(const Expr *E) {
  if (!E || ResolveDepth > MaxResolveDepth)
    return NoPlace;
  ++ResolveDepth;
  PlaceId P = resolveUncached(E);
  --ResolveDepth;
  return P;
}

PlaceId Lowering::resolveUncached(const Expr *E) {
  E = peel(E);
  auto Made = MadeBy.find(E);
  if (Made != MadeBy.end())
    return Made->second;
  switch (E->getStmtClass()) {
  case Stmt::CXXThisExprClass:
    return resolveThis();
  case Stmt::DeclRefExprClass:
    return resolveDecl(cast<DeclRefExpr>(E));
  case Stmt::MemberExprClass: {
    const auto *M = cast<MemberExpr>(E);
    const ValueDecl *D = M->getMemberDecl();
    if (const auto *V = dyn_cast<VarDecl>(D))
      return resolveVariable(V);
    if (!isa<FieldDecl>(D))
      return NoPlace;
    return field(resolve(M->getBase()), D, M->getType());
  }
  case Stmt::CXXDependentScopeMemberExprClass: {
    const auto *M = cast<CXXDependentScopeMemberExpr>(E);
    PlaceId Base =
        M->isImplicitAccess() ? resolveThis() : resolve(M->getBase());
    ir::Name Id(M->getMember().getAsString());
    return step(Base, {ir::Step::Field, ir::Name(("?" + Id.str()).str()), Id},
                M->getType());
  }
  case Stmt::UnaryOperatorClass: {
    const auto *U = cast<UnaryOperator>(E);
    switch (U->getOpcode()) {
    case UO_Deref:
    case UO_AddrOf:
    case UO_Extension:
      return resolve(U->getSubExpr());
    default:
      return NoPlace;
    }
  }
  case Stmt::BinaryOperatorClass: {
    const auto *B = cast<BinaryOperator>(E);
    if (B->getOpcode() == BO_Assign)
      return resolve(B->getLHS());
    if (B->getOpcode() == BO_Comma)
      return resolve(B->getRHS());
    if (B->getOpcode() == BO_Add && B->getType()->isPointerType() &&
        B->getLHS()->getType()->isPointerType())
      return index(resolve(B->getLHS()), indexText(B->getRHS()),
                   B->getType()->getPointeeType());
    return NoPlace;
  }
  case Stmt::ArraySubscriptExprClass: {
    const auto *A = cast<ArraySubscriptExpr>(E);
    return index(resolve(A->getBase()), indexText(A->getIdx()), A->getType());
  }
  case Stmt::CStyleCastExprClass:
  case Stmt::CXXStaticCastExprClass:
  case Stmt::CXXDynamicCastExprClass:
  case Stmt::CXXReinterpretCastExprClass:
  case Stmt::CXXConstCastExprClass:
  case Stmt::CXXFunctionalCastExprClass:
  case Stmt::BuiltinBitCastExprClass:
    return resolve(cast<ExplicitCastExpr>(E)->getSubExpr());
  case Stmt::CXXConstructExprClass:
  case Stmt::CXXTemporaryObjectExprClass: {
    const auto *C = cast<CXXConstructExpr>(E);
    if (C->getNumArgs() == 1 && isHandle(T.role(C->getType())))
      return resolve(C->getArg(0));
    return NoPlace;
  }
  case Stmt::CallExprClass:
  case Stmt::CXXMemberCallExprClass:
  case Stmt::CXXOperatorCallExprClass:
  case Stmt::UserDefinedLiteralClass:
    return resolveCall(cast<CallExpr>(E));
  case Stmt::CoawaitExprClass: {
    auto It = ResolvedCalls.find(E);
    return It == ResolvedCalls.end() ? NoPlace : It->second;
  }
  case Stmt::ConditionalOperatorClass: {
    const auto *C = cast<ConditionalOperator>(E);
    PlaceId A = resolve(C->getTrueExpr());
    return A == resolve(C->getFalseExpr()) ? A : NoPlace;
  }
  case Stmt::OpaqueValueExprClass:
    return resolve(cast<OpaqueValueExpr>(E)->getSourceExpr());
  case Stmt::InitListExprClass: {
    const auto *L = cast<InitListExpr>(E);
    return L->getNumInits() == 1 && !L->getType()->isRecordType()
               ? resolve(L->getInit(0))
               : NoPlace;
  }
  default:
    return NoPlace;
  }
}

} // namespace runnel::frontend
