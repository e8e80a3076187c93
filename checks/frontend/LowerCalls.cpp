//===- LowerCalls.cpp - Calls ---------------------------------------------===//

#include "checks/frontend/Lowering.h"
#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

bool Lowering::mayThrow(const FunctionDecl *Callee) {
  if (!Callee)
    return true;
  if (Callee->hasAttr<NoThrowAttr>() || Callee->isExternC())
    return false;
  const auto *P = Callee->getType()->getAs<FunctionProtoType>();
  if (!P || isUnresolvedExceptionSpec(P->getExceptionSpecType()))
    // Implicit members are not resolved until somebody asks: those that
    // matter here (destructors) are noexcept.
    return !isa<CXXDestructorDecl>(Callee);
  return !P->isNothrow();
}

const Expr *Lowering::argument(const CallParts &P, int8_t Index) const {
  if (Index == Action::Object)
    return P.Object ? P.Object : P.Args.empty() ? nullptr : P.Args.front();
  if (Index < 0 || size_t(Index) >= P.Args.size())
    return nullptr;
  const Expr *E = P.Args[Index];
  return isa<CXXDefaultArgExpr>(E) ? nullptr : E;
}

PlaceId Lowering::subject(CallParts &P, int8_t Index) {
  if (Index == Action::Result)
    return targetPlace(P.Call);
  if (Index == Action::Object && P.Subject != NoPlace)
    return P.Subject;
  const Expr *E = argument(P, Index);
  return E ? resolve(E) : NoPlace;
}

void Lowering::walkArgs(const Expr *Object, llvm::ArrayRef<const Expr *> Args) {
  if (Object)
    walk(Object);
  for (const Expr *A : Args)
    walk(A);
}

/// The name of what is called, as the source has it.
static ir::Name calledName(Sources &Where, const CallExpr *C,
                           const FunctionDecl *Callee) {
  if (C) {
    const Expr *E = C->getCallee()->IgnoreParenImpCasts();
    if (!isa<CXXOperatorCallExpr>(C)) {
      llvm::StringRef Text = Where.text(E->getSourceRange());
      if (!Text.empty() && Text.size() <= 80 && !Text.contains('\n'))
        return ir::Name(Text);
    }
  }
  return Callee ? ir::Name(Callee->getNameAsString()) : ir::Name();
}

bool Lowering::isReader(const CallParts &P) {
  QualType Object =
      P.Object ? P.Object->IgnoreParenImpCasts()->getType() : QualType();
  for (const Action &A : T.meaning(P.Callee, Object))
    if (A.What == Verb::Reader || A.What == Verb::Element ||
        A.What == Verb::View || A.What == Verb::Identity)
      return true;
  const auto *M = dyn_cast<CXXMethodDecl>(P.Callee);
  return M && M->isConst();
}

/// Whether an object guards itself: then calling it is no access to its data.
static bool guardsItself(Types &T, QualType Type) {
  const CXXRecordDecl *R = T.classOf(Type);
  if (!R || !(R = R->getDefinition()))
    return false;
  for (const FieldDecl *F : R->fields())
    switch (T.role(F->getType())) {
    case ir::Role::Lock:
    case ir::Role::Synchronized:
      return true;
    default:
      break;
    }
  return false;
}

void Lowering::objectAccess(const CallParts &P) {
  if (!P.Object || P.Subject == NoPlace)
    return;
  const auto *M = dyn_cast<CXXMethodDecl>(P.Callee);
  if (!M)
    return;
  QualType Type = P.Object->IgnoreParenImpCasts()->getType();
  ir::Role Role = T.role(Type);
  // Told by their own events.
  switch (Role) {
  case ir::Role::Lock:
  case ir::Role::Guard:
  case ir::Role::CondVar:
    return;
  default:
    break;
  }
  // An object named by a variable alone is told by the call.
  const ir::Place &Place = F.Places[P.Subject];
  if (Place.Path.empty() && Place.Root != ir::Place::Global &&
      (Place.Root == ir::Place::This || Role == ir::Role::Data ||
       Role == ir::Role::Closure || Role == ir::Role::Synchronized))
    return;
  if (namesHidden(P.Object))
    return;
  // Through a pointer the object is another one, and the pointer was read when
  // it was followed.
  if (Type->isPointerType() || Role == ir::Role::SharedPointer ||
      Role == ir::Role::OwningPointer)
    return;
  uint32_t Flags = ir::Read;
  if (!isReader(P) && !guardsItself(T, Type))
    Flags |= ir::Write;
  // What is assigned to is not asked what it was.
  if (P.Callee->getOverloadedOperator() == OO_Equal)
    Flags = ir::Write;
  accessPlace(P.Subject, Flags, P.Object->getSourceRange());
}

/// Whether parameter \p I is a forwarding reference, which says nothing of what
/// becomes of the argument.
static bool forwards(const FunctionDecl *Callee, unsigned I) {
  if (!Callee)
    return false;
  const FunctionDecl *Pattern = Symbols::pattern(Callee);
  if (Pattern->getNumParams() == 0)
    return false;
  QualType Type =
      Pattern->getParamDecl(std::min(I, Pattern->getNumParams() - 1))
          ->getType();
  if (const auto *Pack = Type->getAs<PackExpansionType>())
    Type = Pack->getPattern();
  return Type->isRValueReferenceType();
}

void Lowering::argumentAccess(const CallParts &P) {
  for (size_t I = 0; I < P.Args.size(); ++I) {
    if (I >= P.Params.size() || !P.Params[I]->isReferenceType())
      continue;
    const Expr *A = P.Args[I];
    if (isa<CXXDefaultArgExpr>(A) || isa<LambdaExpr>(peel(A)) ||
        peel(A)->isPRValue())
      continue;
    if (namesHidden(A))
      continue;
    PlaceId Place = resolve(A);
    if (Place == NoPlace)
      continue;
    QualType Pointee = P.Params[I]->getPointeeType();
    const Expr *Bare = peel(A);
    uint32_t Flags = ir::Read;
    if (P.Params[I]->isRValueReferenceType()) {
      if (Bare->isXValue() || isa<CallExpr>(Bare))
        Flags |= ir::Moved | ir::Write;
    } else if (!Pointee.isConstQualified() && !forwards(P.Callee, I)) {
      Flags |= ir::Write | ir::AddressTaken;
    }
    accessPlace(Place, Flags, A->getSourceRange());
  }
}

/// Closures, functions and function objects among the arguments are run by the
/// call itself.
void Lowering::callCallables(const CallParts &P, uint32_t Flags) {
  for (const Expr *A : P.Args) {
    ir::Operand What = operand(A);
    bool Runs = What.How == ir::Operand::Lambda ||
                What.How == ir::Operand::FunctionArg ||
                (What.How == ir::Operand::PlaceArg &&
                 F.Places[What.Place].Type.Is == ir::Role::Function);
    if (!Runs)
      continue;
    ir::Event &E = emit(ir::Op::Call, A->getSourceRange());
    E.Callee = What.How == ir::Operand::PlaceArg ? ir::Name() : What.Symbol;
    E.Subject = What.Place;
    E.Text = ir::Name(Where.text(A->getSourceRange()).take_front(80));
    if (What.How == ir::Operand::Lambda)
      E.Text = "lambda";
    E.Value = int64_t(What.How == ir::Operand::PlaceArg ? ir::CallKind::Function
                                                        : ir::CallKind::Direct);
    E.Flags = ir::Implicit | ir::MayThrow | Flags;
  }
}

PlaceId Lowering::resultOf(const Expr *E) {
  auto It = NumberOf.find(E);
  return It == NumberOf.end()
             ? NoPlace
             : root(ir::Place::Result, It->second, {}, E->getType());
}

void Lowering::finishValue(const CallParts &P, uint32_t EventNumber) {
  // Conditions over what the program's own code returned can be followed.
  if (P.Call && P.Call->getType()->isScalarType() && !P.Call->isGLValue() &&
      (!P.Callee || !Where.isSystem(P.Callee->getLocation()) ||
       (P.Object && T.role(P.Object->getType()) == ir::Role::Function)))
    NumberOf[P.Call] = EventNumber;
  if (!P.Call || P.Call->isGLValue() || !P.Call->getType()->isRecordType())
    return;
  PlaceId Result = root(ir::Place::Result, EventNumber, {}, P.Call->getType());
  ResolvedCalls[P.Call] = Result;
  if (auto At = Facts.Targets.find(P.Call);
      isa<CallExpr>(P.Call) && At != Facts.Targets.end() &&
      At->second.What == Target::Variable &&
      T.role(P.Call->getType()) == ir::Role::Data &&
      hasChannels(P.Call->getType()->getAsCXXRecordDecl(), 0)) {
    sharesChannels(Result, targetPlace(P.Call), P.Call);
    ResolvedCalls[P.Call] = Result;
  }
  const RecordInfo *Info = nullptr;
  if (const CXXRecordDecl *R = T.classOf(P.Call->getType()))
    Info = &T.record(R);
  bool Guard = T.role(P.Call->getType()) == ir::Role::Guard;
  bool OptionalGuard = T.role(P.Call->getType()) == ir::Role::Optional &&
                       T.ref(P.Call->getType()).ElementIs == ir::Role::Guard;
  if (!Info || (!Guard && !OptionalGuard))
    return;
  // A guard made by the callee passes to whom it initialises.
  auto At = Facts.Targets.find(P.Call);
  if (At != Facts.Targets.end() && At->second.What == Target::Returned)
    return;
  PlaceId To = targetPlace(P.Call);
  if (To == NoPlace)
    return;
  ir::Event &Begin = emit(ir::Op::GuardBegin, P.Call->getSourceRange());
  Begin.Subject = To;
  Begin.Flags = ir::Defer | (isUnnamed(P.Call) ? ir::Unnamed : 0);
  ir::Event &Move = emit(ir::Op::GuardMove, P.Call->getSourceRange());
  Move.Subject = To;
  Move.Other = Result;
  ResolvedCalls[P.Call] = To;
}

void Lowering::ordinaryCall(CallParts &P, bool Quiet) {
  const FunctionDecl *Callee = P.Callee;
  bool System = Where.isSystem(Callee->getLocation());
  const auto *M = dyn_cast<CXXMethodDecl>(Callee);
  const auto *C = dyn_cast<CallExpr>(P.Call);
  objectAccess(P);
  argumentAccess(P);
  if (Quiet)
    return;
  // Operators and constructors of library values (a string's, an iterator's)
  // do nothing concurrency can see but read and write.
  bool HasCallable = llvm::any_of(P.Args, [&](const Expr *A) {
    ir::Role R = T.role(A->getType());
    return R == ir::Role::Closure || R == ir::Role::Function;
  });
  OverloadedOperatorKind Operator = Callee->getOverloadedOperator();
  if (System && !HasCallable &&
      (Operator != OO_None ||
       isa<CXXConstructorDecl, CXXConversionDecl>(Callee)) &&
      Operator != OO_Call && Operator != OO_LessLess &&
      Operator != OO_GreaterGreater)
    return;
  ir::CallKind Kind = ir::CallKind::Direct;
  const FunctionDecl *Reached = Callee;
  if (M && M->isVirtual() && C) {
    const auto *ME = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParens());
    bool Dispatches = !ME || ME->performsVirtualDispatch(Context.getLangOpts());
    if (Dispatches && P.Object) {
      if (const CXXMethodDecl *D =
              M->getDevirtualizedMethod(P.Object, /*IsAppleKext=*/false))
        Reached = D;
      else
        Kind = ir::CallKind::Virtual;
    }
  }
  if (M && M->getOverloadedOperator() == OO_Call && P.Object &&
      T.role(P.Object->getType()) == ir::Role::Function)
    Kind = ir::CallKind::Function;
  Builder.want(Reached);
  Annotations Noted = annotationsOf(Reached);
  llvm::SmallVector<ir::Operand, 6> Operands;
  for (size_t I = 0; I < P.Args.size(); ++I)
    Operands.push_back(
        operand(P.Args[I], I < P.Params.size() ? P.Params[I] : QualType()));
  // Locks handed on are somebody else's to keep.
  for (const ir::Operand &O : Operands) {
    if (O.Place == NoPlace || !O.ByReference)
      continue;
    const ir::Place &Place = F.Places[O.Place];
    if (Place.Type.Is != ir::Role::Lock && Place.Type.Is != ir::Role::CondVar &&
        Place.Type.Is != ir::Role::Guard)
      continue;
    ir::Event &Escape = emit(ir::Op::Escape, P.Call->getSourceRange());
    Escape.Subject = O.Place;
    Escape.Callee = Names.of(Reached);
    Escape.Value = int64_t(ir::EscapeKind::Passed);
  }
  ir::Event &E = emit(Noted.Blocking ? ir::Op::Block : ir::Op::Call,
                      P.Call->getSourceRange());
  uint32_t Number = EventCount - 1;
  E.Callee = Kind == ir::CallKind::Function ? ir::Name() : Names.of(Reached);
  E.Subject = P.Subject;
  E.Args.assign(Operands.begin(), Operands.end());
  E.Text = Noted.Blocking ? ir::Name("user") : calledName(Where, C, Callee);
  E.Value = int64_t(Kind);
  if (mayThrow(Reached) && Context.getLangOpts().CXXExceptions)
    E.Flags |= ir::MayThrow;
  if (System)
    E.Flags |= ir::SystemCallee;
  if (P.Object)
    E.Spelling = spelling(P.Object);
  if (Noted.Suspends) {
    ir::Event &S = emit(ir::Op::Suspend, P.Call->getSourceRange());
    S.Callee = Names.of(Reached);
    S.Text = ir::Name(Callee->getNameAsString());
  }
  if (Noted.NoEscape)
    callCallables(P, 0);
  finishValue(P, Number);
}

void Lowering::lowerCall(CallParts &P) {
  if (P.Object && P.Subject == NoPlace)
    P.Subject = resolve(P.Object);
  QualType ObjectType =
      P.Object ? P.Object->IgnoreParenImpCasts()->getType() : QualType();
  bool Told = false;
  for (const Action &A : T.meaning(P.Callee, ObjectType))
    Told |= lowerAction(P, A);
  if (!Told && !assigns(P) && !emplacesElement(P))
    ordinaryCall(P);
}

/// operator= of guards, handles and what holds closures.
bool Lowering::assigns(CallParts &P) {
  if (!P.Object || P.Args.size() != 1 ||
      P.Callee->getOverloadedOperator() != OO_Equal)
    return false;
  SourceRange R = P.Call->getSourceRange();
  QualType Type = P.Object->IgnoreParenImpCasts()->getType();
  const ir::TypeRef &Ref = T.ref(Type);
  bool OfGuard = Ref.Is == ir::Role::Guard;
  if ((Ref.Is == ir::Role::Optional || Ref.Is == ir::Role::OwningPointer) &&
      Ref.ElementIs == ir::Role::Guard)
    OfGuard = true;
  if (P.Subject == NoPlace)
    return false;
  if (OfGuard) {
    ir::Operand From = operand(P.Args[0]);
    if (From.Place == NoPlace) { // nullopt, nullptr
      emit(ir::Op::GuardEnd, R).Subject = P.Subject;
      return true;
    }
    ir::Event &E = emit(ir::Op::GuardMove, R);
    E.Subject = P.Subject;
    E.Other = From.Place;
    return true;
  }
  switch (Ref.Is) {
  case ir::Role::Function:
  case ir::Role::SharedPointer:
  case ir::Role::WeakPointer:
  case ir::Role::OwningPointer:
  case ir::Role::View:
  case ir::Role::Channel:
  case ir::Role::Sender:
  case ir::Role::Receiver:
  case ir::Role::Context:
  case ir::Role::CancelSource:
  case ir::Role::Thread:
  case ir::Role::JoiningThread:
  case ir::Role::Future:
    break;
  default:
    return false;
  }
  argumentAccess(P);
  if (Ref.Is == ir::Role::OwningPointer &&
      isa<CXXNullPtrLiteralExpr>(peel(P.Args[0])))
    destroy(P.Subject, Type, P.Call->getExprLoc(), /*Local=*/false);
  accessPlace(P.Subject, ir::Write, P.Object->getSourceRange());
  // `t = std::thread(f)`: the construction said that it is t.
  auto Made = MadeBy.find(peel(P.Args[0]));
  auto Called = ResolvedCalls.find(peel(P.Args[0]));
  if ((Made != MadeBy.end() && Made->second == P.Subject) ||
      (Called != ResolvedCalls.end() && Called->second == P.Subject))
    return true;
  assign(P.Subject, P.Args[0], R);
  return true;
}

/// threads.emplace_back(f): an element is constructed in place.
bool Lowering::emplacesElement(CallParts &P) {
  if (!P.Object || P.Args.empty() || !P.Callee->getIdentifier())
    return false;
  QualType Type = P.Object->IgnoreParenImpCasts()->getType();
  const ir::TypeRef &Ref = T.ref(Type);
  if (Ref.Is != ir::Role::Container)
    return false;
  llvm::StringRef Id = P.Callee->getName();
  if (Id != "emplace_back" && Id != "emplace" && Id != "emplace_front")
    return false;
  bool Thread = Ref.ElementIs == ir::Role::Thread ||
                Ref.ElementIs == ir::Role::JoiningThread;
  ir::Role First = T.role(P.Args.front()->getType());
  if (!Thread && Ref.ElementIs != ir::Role::Guard)
    return false;
  PlaceId Element =
      index(P.Subject, ir::Name("?" + llvm::utostr(Unknowns++)), Type);
  if (Element == NoPlace)
    return false;
  accessPlace(P.Subject, ir::Read | ir::Write, P.Object->getSourceRange());
  if (Ref.ElementIs == ir::Role::Guard) {
    RecordInfo Info;
    Info.Is = ir::Role::Guard;
    guardBegin(P, Element, P.Args, Info, false, nullptr);
    return true;
  }
  // A thread that is moved in was started elsewhere.
  if (First == ir::Role::Thread || First == ir::Role::JoiningThread)
    return false;
  Action A;
  A.What = Verb::Spawn;
  A.Callable = Id == "emplace" ? 1 : 0;
  if (size_t(A.Callable) >= P.Args.size())
    A.Callable = 0;
  A.Spawn = Ref.ElementIs == ir::Role::Thread ? ir::SpawnKind::Thread
                                              : ir::SpawnKind::JoiningThread;
  P.Subject = Element;
  return spawnAction(P, A);
}

/// What is locked and unlocked in one body is a lock, whatever its type: a
/// weak pointer's lock() has no counterpart.
bool Lowering::dependentLocking(const Expr *Object, llvm::StringRef Method) {
  const LockWord Word = lockWord(Method);
  LockWord Other = LockWord::None;
  switch (Word) {
  case LockWord::Lock:
    Other = LockWord::Unlock;
    break;
  case LockWord::Unlock:
    Other = LockWord::Lock;
    break;
  case LockWord::LockShared:
    Other = LockWord::UnlockShared;
    break;
  case LockWord::UnlockShared:
    Other = LockWord::LockShared;
    break;
  default:
    return false;
  }
  PlaceId P = resolve(Object);
  return P != NoPlace && llvm::any_of(Facts.DependentCalls, [&](auto &Call) {
           return lockWord(Call.Method) == Other && resolve(Call.Object) == P;
         });
}

/// Calls through pointers, and calls in templates nobody has instantiated.
void Lowering::unknownCall(const CallExpr *C) {
  const Expr *Callee = C->getCallee()->IgnoreParenImpCasts();
  if (isa<CXXPseudoDestructorExpr>(Callee))
    return;
  PlaceId Subject = NoPlace;
  ir::CallKind Kind = ir::CallKind::Unknown;
  ir::Name Text(Where.text(Callee->getSourceRange()).take_front(80));
  if (const auto *M = dyn_cast<CXXDependentScopeMemberExpr>(Callee);
      M && !M->isImplicitAccess()) {
    walk(M->getBase());
    Subject = resolve(M->getBase());
    // std::unique_lock<M> l; l.unlock(): the entry of the class's template
    // knows.
    const IdentifierInfo *Id = M->getMember().getAsIdentifierInfo();
    const TypeEntry *Entry = T.entry(M->getBaseType());
    if (Entry && Id) {
      auto It = Entry->Methods.find(Id->getName());
      if (It != Entry->Methods.end()) {
        CallParts P;
        P.Call = C;
        P.Object = M->getBase();
        P.Args.append(C->arg_begin(), C->arg_end());
        P.Subject = Subject;
        bool Told = false;
        for (const Action &A : It->second)
          if (A.What != Verb::Spawn && A.What < Verb::Identity)
            Told |= lowerAction(P, A);
        if (Told)
          return;
      }
    }
    if (Id && !Entry && dependentLocking(M->getBase(), Id->getName())) {
      const LockWord Word = lockWord(Id->getName());
      const bool Unlocks =
          Word == LockWord::Unlock || Word == LockWord::UnlockShared;
      ir::Event &E =
          emit(Unlocks ? ir::Op::Unlock : ir::Op::Lock, C->getSourceRange());
      E.Subject = Subject;
      if (Word == LockWord::LockShared || Word == LockWord::UnlockShared)
        E.Flags |= ir::Shared;
      E.Spelling = spelling(M->getBase());
      return;
    }
  } else if (!isa<UnresolvedLookupExpr, UnresolvedMemberExpr>(Callee)) {
    walk(C->getCallee());
    if (!C->isTypeDependent()) {
      Kind = ir::CallKind::Pointer;
      Subject = resolve(Callee);
    }
  }
  for (const Expr *A : C->arguments())
    walk(A);
  // (object->*handler)(...)
  if (const auto *B = dyn_cast<BinaryOperator>(Callee);
      B && B->isPtrMemOp() && !B->isTypeDependent()) {
    Kind = ir::CallKind::Pointer;
    Subject = resolve(B->getRHS());
  }
  llvm::SmallVector<ir::Operand, 6> Operands;
  QualType FunctionType = C->getCallee()->getType();
  if (const auto *Pointer = FunctionType->getAs<PointerType>())
    FunctionType = Pointer->getPointeeType();
  const auto *Proto = FunctionType->getAs<FunctionProtoType>();
  for (unsigned I = 0; I < C->getNumArgs(); ++I)
    Operands.push_back(operand(C->getArg(I), Proto && I < Proto->getNumParams()
                                                 ? Proto->getParamType(I)
                                                 : QualType()));
  ir::Event &E = emit(ir::Op::Call, C->getSourceRange());
  uint32_t Number = EventCount - 1;
  E.Subject = Subject;
  E.Args.assign(Operands.begin(), Operands.end());
  E.Text = Text;
  E.Value = int64_t(Kind);
  E.Flags = ir::MayThrow;
  CallParts P;
  P.Call = C;
  finishValue(P, Number);
}

/// alloca(n): a call without a callee, but with its size.
void Lowering::stackAllocation(const CallExpr *C) {
  ir::Operand Size = operand(C->getArg(0));
  ir::Event &E = emit(ir::Op::Call, C->getSourceRange());
  E.Callee = Names.of(C->getDirectCallee());
  E.Text = "alloca";
  E.Args.push_back(Size);
  E.Flags = ir::SystemCallee;
  Builder.want(C->getDirectCallee());
}

void Lowering::walkCall(const CallExpr *C) {
  const FunctionDecl *Callee = C->getDirectCallee();
  if (!Callee) {
    unknownCall(C);
    return;
  }
  if (Callee->getBuiltinID() && !Callee->getDefinition() &&
      Callee->getIdentifier() && Callee->getName().starts_with("__builtin_")) {
    walkChildren(C);
    if (Callee->getName().starts_with("__builtin_alloca"))
      stackAllocation(C);
    return;
  }
  // Literals (5ms), and the steps of a range-for, which its head tells.
  if (isa<UserDefinedLiteral>(C) && Where.isSystem(Callee->getLocation()))
    return;
  if (isa<CXXOperatorCallExpr>(C) && C->getNumArgs() > 0 &&
      namesHidden(C->getArg(0)))
    return;
  CallParts P;
  P.Call = C;
  P.Callee = Callee;
  P.Args.append(C->arg_begin(), C->arg_end());
  const auto *M = dyn_cast<CXXMethodDecl>(Callee);
  if (const auto *MC = dyn_cast<CXXMemberCallExpr>(C)) {
    P.Object = MC->getImplicitObjectArgument();
  } else if (isa<CXXOperatorCallExpr>(C) && M && !M->isStatic() &&
             !P.Args.empty()) {
    P.Object = P.Args.front();
    P.Args.erase(P.Args.begin());
  }
  for (const ParmVarDecl *Param : Callee->parameters())
    P.Params.push_back(Param->getType());
  walkArgs(P.Object, P.Args);
  // promise.yield_value(x) is how co_yield is spelled inside.
  if (P.Object)
    if (const auto *D = dyn_cast<DeclRefExpr>(peel(P.Object));
        D && D->getDecl()->isImplicit() && D->getDecl()->getIdentifier() &&
        D->getDecl()->getName() == "__promise")
      return;
  if (!P.Object && isa<MemberExpr>(C->getCallee()->IgnoreParens()))
    walk(cast<MemberExpr>(C->getCallee()->IgnoreParens())->getBase());
  lowerCall(P);
}

} // namespace runnel::frontend
