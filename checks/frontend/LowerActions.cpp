//===- LowerActions.cpp - What the vocabulary knows of a call -------------===//
//
// Each Verb becomes its events here and in LowerSync.cpp (locks, conditions,
// threads, counts) and LowerChannels.cpp (channels, select, contexts, timers).
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"
#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

/// The condition under which the vocabulary says a call does not block.
static bool excepted(const Action &A, std::optional<int64_t> Value) {
  if (A.UnlessArg == Action::Absent || !Value)
    return false;
  return A.UnlessBits ? (*Value & A.UnlessValue) == A.UnlessValue
                      : *Value == A.UnlessValue;
}

bool Lowering::blockAction(CallParts &P, const Action &A) {
  std::optional<int64_t> Value;
  if (A.UnlessArg >= 0 && size_t(A.UnlessArg) < P.Args.size()) {
    const Expr *Arg = P.Args[A.UnlessArg];
    Value = constant(Arg);
    // int flags = MSG_DONTWAIT;
    if (const auto *D = dyn_cast<DeclRefExpr>(peel(Arg)); D && !Value)
      if (const auto *V = dyn_cast<VarDecl>(D->getDecl());
          V && V->hasLocalStorage() && !isa<ParmVarDecl>(V))
        Value = constant(Facts.originOf(V));
  }
  if (excepted(A, Value))
    return false;
  objectAccess(P);
  argumentAccess(P);
  llvm::SmallVector<ir::Operand, 4> Operands;
  for (size_t I = 0; I < P.Args.size(); ++I)
    Operands.push_back(
        operand(P.Args[I], I < P.Params.size() ? P.Params[I] : QualType()));
  if (P.Callee)
    Builder.want(P.Callee);
  ir::Event &E = emit(ir::Op::Block, P.Call->getSourceRange());
  uint32_t Number = EventCount - 1;
  E.Callee = P.Callee ? Names.of(P.Callee) : ir::Name();
  E.Subject = P.Subject;
  E.Args.assign(Operands.begin(), Operands.end());
  E.Text = ir::Name(A.Kind);
  if (const auto *C = dyn_cast_or_null<CallExpr>(P.Call); C && !P.Object)
    E.Spelling = spelling(C->getCallee());
  if (P.Callee && Where.isSystem(P.Callee->getLocation()))
    E.Flags |= ir::SystemCallee;
  if (mayThrow(P.Callee))
    E.Flags |= ir::MayThrow;
  finishValue(P, Number);
  return true;
}

/// The class of what a smart pointer or an optional owns.
static const CXXRecordDecl *elementClass(const CXXRecordDecl *Owner) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Owner);
  if (!Spec || Spec->getTemplateArgs().size() == 0 ||
      Spec->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return nullptr;
  const CXXRecordDecl *R =
      Spec->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
  return R ? R->getDefinition() : nullptr;
}

/// How well an argument suits a parameter, roughly as overloading has it.
static unsigned fit(ASTContext &Context, const Expr *Arg, QualType Param) {
  QualType To = Context.getCanonicalType(Param.getNonReferenceType())
                    .getUnqualifiedType();
  QualType From = Context.getCanonicalType(Arg->getType().getNonReferenceType())
                      .getUnqualifiedType();
  if (To == From)
    return 3;
  if (From->isArithmeticType() && To->isArithmeticType())
    return 2;
  const auto *A = From->getAsCXXRecordDecl(), *B = To->getAsCXXRecordDecl();
  if (From->isPointerType() && To->isPointerType()) {
    A = From->getPointeeType()->getAsCXXRecordDecl();
    B = To->getPointeeType()->getAsCXXRecordDecl();
  }
  if (A && B && A->hasDefinition() && A->isDerivedFrom(B))
    return 2;
  return B && !To->isPointerType() ? 1 : 0;
}

void Lowering::initialiseFields(PlaceId Object, const CXXRecordDecl *R,
                                SourceRange At, unsigned Depth) {
  if (Depth > 3 || Where.isSystem(R->getLocation()))
    return;
  for (const CXXBaseSpecifier &B : R->bases())
    if (const CXXRecordDecl *Base = B.getType()->getAsCXXRecordDecl();
        Base && Base->hasDefinition())
      initialiseFields(Object, Base->getDefinition(), At, Depth + 1);
  for (const FieldDecl *Field : R->fields()) {
    const Expr *Init = Field->getInClassInitializer();
    QualType Type = Field->getType();
    if (T.role(Type) == ir::Role::Channel) {
      const auto *C =
          Init ? dyn_cast<CXXConstructExpr>(Init->IgnoreParenImpCasts())
               : nullptr;
      if (C && C->getConstructor()->isCopyOrMoveConstructor())
        continue;
      if (C && isNil(C)) {
        assign(field(Object, Field, Type), C, At);
        continue;
      }
      std::optional<int64_t> Capacity = 0;
      if (Init)
        Capacity = C && C->getNumArgs() == 1   ? constant(C->getArg(0))
                   : C && C->getNumArgs() == 0 ? std::optional<int64_t>(0)
                                               : std::nullopt;
      PlaceId To = field(Object, Field, Type);
      ir::Event &E = emit(ir::Op::MakeChannel, At);
      E.Subject = To;
      if (Capacity) {
        E.Value = *Capacity;
        E.Flags |= ir::ValueKnown;
      }
    } else if (const ir::TypeRef &Ref = T.ref(Type);
               (Ref.Scalar || Ref.Is == ir::Role::Atomic) && Init) {
      std::optional<int64_t> Value = initialValue(Init);
      PlaceId To = field(Object, Field, Type);
      if (!Value || To == NoPlace)
        continue;
      ir::Event &E = emit(ir::Op::Access, At);
      E.Subject = To;
      E.Flags = ir::Write | ir::Implicit | ir::ValueKnown;
      if (Ref.Is == ir::Role::Atomic)
        E.Flags |= ir::AtomicAccess;
      E.Value = *Value;
    } else if (const CXXRecordDecl *Inner = Type->getAsCXXRecordDecl();
               Inner && Inner->hasDefinition() &&
               T.role(Type) == ir::Role::Data &&
               !Inner->hasUserDeclaredConstructor() && !Init) {
      initialiseFields(field(Object, Field, Type), Inner->getDefinition(), At,
                       Depth + 1);
    }
  }
}

/// make_shared<T>(a, b) constructs a T of its arguments: the library's body,
/// which would say with which constructor, is not parsed.
void Lowering::constructIn(const CallParts &P, PlaceId Object,
                           const CXXRecordDecl *R) {
  if (R->isLambda() || Where.isSystem(R->getLocation()) ||
      T.record(R).Is != ir::Role::Data)
    return;
  llvm::SmallVector<const Expr *, 6> Args;
  for (const Expr *A : P.Args)
    if (!isa<CXXDefaultArgExpr>(A))
      Args.push_back(A);
  const CXXConstructorDecl *Best = nullptr;
  unsigned BestFit = 0;
  bool Tie = false;
  for (const CXXConstructorDecl *C : R->ctors()) {
    if (C->isDeleted() || C->isCopyOrMoveConstructor() ||
        C->getMinRequiredArguments() > Args.size() ||
        C->getNumParams() < Args.size())
      continue;
    unsigned Fit = 1;
    for (size_t I = 0; I < Args.size() && Fit; ++I) {
      unsigned One = fit(Context, Args[I], C->getParamDecl(I)->getType());
      Fit = One ? Fit + One : 0;
    }
    Tie = Fit == BestFit;
    if (Fit <= BestFit)
      continue;
    Best = C;
    BestFit = Fit;
  }
  // One that the compiler makes does what `new` says by itself; whether it has
  // been written depends on who else uses it.
  if (!Best || Tie || Best->isTrivial() || Best->isImplicit() ||
      Best->isDefaulted()) {
    if (Args.empty() && !Tie)
      initialiseFields(Object, R, P.Call->getSourceRange());
    return;
  }
  CallParts Made;
  Made.Call = P.Call;
  Made.Callee = Best;
  Made.Args = std::move(Args);
  for (const ParmVarDecl *Param : Best->parameters())
    Made.Params.push_back(Param->getType());
  Made.Subject = Object;
  ordinaryCall(Made);
}

/// Owners of one object: optionals, smart pointers, and what makes them.
bool Lowering::ownerAction(CallParts &P, const Action &A) {
  PlaceId To = subject(P, A.Subject);
  QualType Owner = A.Subject == Action::Result ? P.Call->getType()
                   : P.Object ? P.Object->IgnoreParenImpCasts()->getType()
                              : QualType();
  if (Owner.isNull())
    return false;
  const ir::TypeRef &Type = T.ref(Owner);
  if (A.What == Verb::Reset) {
    if (Type.ElementIs == ir::Role::Guard && To != NoPlace) {
      emit(ir::Op::GuardEnd, P.Call->getSourceRange()).Subject = To;
      return true;
    }
    // What it owned goes now.
    if (Type.Is == ir::Role::OwningPointer && To != NoPlace)
      destroy(To, Owner, P.Call->getExprLoc(), /*Local=*/false);
    if (P.Object && (Type.Is == ir::Role::OwningPointer ||
                     Type.Is == ir::Role::SharedPointer))
      accessPlace(To, ir::Write, P.Object->getSourceRange());
    return false;
  }
  // Emplace. What is made of the arguments is told as if it were constructed.
  if (Type.ElementIs == ir::Role::Guard && To != NoPlace) {
    RecordInfo Info;
    Info.Is = ir::Role::Guard;
    guardBegin(P, To, P.Args, Info, false, nullptr);
    return true;
  }
  if ((Type.ElementIs == ir::Role::Thread ||
       Type.ElementIs == ir::Role::JoiningThread) &&
      To != NoPlace && !P.Args.empty()) {
    Action Spawn;
    Spawn.What = Verb::Spawn;
    Spawn.Subject = A.Subject;
    Spawn.Callable = 0;
    Spawn.Spawn = Type.ElementIs == ir::Role::Thread
                      ? ir::SpawnKind::Thread
                      : ir::SpawnKind::JoiningThread;
    return spawnAction(P, Spawn);
  }
  if (A.Subject == Action::Result && Type.ElementIs == ir::Role::Channel &&
      To != NoPlace) {
    const Expr *Room = P.Args.empty() ? nullptr : P.Args[0];
    if (!Room || Room->getType()->isIntegerType())
      makeChannel(To, Room, P.Call->getSourceRange());
    return false;
  }
  if (A.Subject == Action::Result && Type.ElementIs == ir::Role::Data &&
      To != NoPlace) {
    ir::Event &E = emit(ir::Op::New, P.Call->getSourceRange());
    E.Subject = To;
    E.Text = Type.Spelling;
    if (const CXXRecordDecl *R = elementClass(T.classOf(Owner)))
      constructIn(P, To, R);
  }
  return false;
}

/// What `++n`, `n -= 2` or `n.fetch_add(1)` adds, if that is constant.
std::optional<int64_t> Lowering::addedByAtomic(const CallParts &P) {
  if (!P.Callee)
    return std::nullopt;
  auto Amount = P.Args.empty() ? std::nullopt : constant(P.Args[0]);
  auto Less = Amount ? std::optional<int64_t>(-*Amount) : std::nullopt;
  switch (P.Callee->getOverloadedOperator()) {
  case OO_PlusPlus:
    return 1;
  case OO_MinusMinus:
    return -1;
  case OO_PlusEqual:
    return Amount;
  case OO_MinusEqual:
    return Less;
  default:
    break;
  }
  if (!P.Callee->getIdentifier())
    return std::nullopt;
  llvm::StringRef Name = P.Callee->getName();
  if (Name == "fetch_add" || Name == "fetchAndAddOrdered")
    return Amount;
  return Name == "fetch_sub" ? Less : std::nullopt;
}

bool Lowering::lowerAction(CallParts &P, const Action &A) {
  switch (A.What) {
  case Verb::None:
  case Verb::Plain:
  // Ordinary calls, of functions that the module says more of.
  case Verb::ThreadMemory:
  case Verb::ThreadIdentity:
  case Verb::DeepStack:
  case Verb::Handler:
    return false;
  case Verb::Lock:
  case Verb::Unlock:
  case Verb::Owns:
  case Verb::GuardLock:
  case Verb::GuardUnlock:
  case Verb::GuardRelease:
  case Verb::GuardMake:
  case Verb::Swap:
    return lockAction(P, A);
  case Verb::Wait:
  case Verb::Notify:
    return waitAction(P, A);
  case Verb::Block:
    return blockAction(P, A);
  case Verb::Suspend: {
    ir::Event &E = emit(ir::Op::Suspend, P.Call->getSourceRange());
    if (P.Callee) {
      Builder.want(P.Callee);
      E.Callee = Names.of(P.Callee);
      E.Text = ir::Name(P.Callee->getNameAsString());
    }
    if (const auto *C = dyn_cast<CallExpr>(P.Call))
      E.Spelling = spelling(C->getCallee());
    return true;
  }
  case Verb::Spawn:
  case Verb::Join:
  case Verb::Joinable:
  case Verb::Detach:
    return spawnAction(P, A);
  case Verb::CountAdd:
  case Verb::CountDone:
  case Verb::CountWait:
  case Verb::Once:
  case Verb::PromiseSet:
    return countAction(P, A);
  case Verb::MakeChannel:
  case Verb::Send:
  case Verb::Recv:
  case Verb::Close:
    return channelAction(P, A);
  case Verb::Select:
  case Verb::Case:
  case Verb::Index:
    return selectAction(P, A);
  case Verb::MakeContext:
  case Verb::Cancel:
  case Verb::MakeTimer:
  case Verb::StopTimer:
    return timeAction(P, A);
  case Verb::Identity: {
    // Smart pointers are read by being followed; std::move by itself does
    // nothing.
    const Expr *Of = argument(P, A.Subject);
    if (P.Object && Of) {
      // The operator may be of a base of the pointer's class.
      ir::Role Role = T.role(Of->IgnoreParenImpCasts()->getType());
      if (Role == ir::Role::SharedPointer || Role == ir::Role::OwningPointer ||
          Role == ir::Role::WeakPointer)
        access(Of, ir::Read);
      // `*job`: what is inside is named together with the star.
      if (Role == ir::Role::Optional)
        accessPlace(resolve(Of), ir::Read,
                    P.Callee->getOverloadedOperator() == OO_Star
                        ? P.Call->getSourceRange()
                        : Of->getSourceRange());
    }
    return true;
  }
  case Verb::Now:
  case Verb::Offload:
  case Verb::Host:
    ordinaryCall(P);
    callCallables(P, 0);
    return true;
  case Verb::Later:
    return false;
  case Verb::Reader:
  case Verb::Element:
  case Verb::View:
    ordinaryCall(P, /*Quiet=*/!assertsHeld(P.Callee));
    return true;
  case Verb::Emplace:
  case Verb::Reset:
    return ownerAction(P, A);
  case Verb::Load:
  case Verb::Store:
  case Verb::Modify: {
    argumentAccess(P);
    uint32_t Flags = ir::AtomicAccess;
    if (A.What != Verb::Store)
      Flags |= ir::Read;
    if (A.What != Verb::Load)
      Flags |= ir::Write;
    PlaceId S = subject(P, A.Subject);
    if (S == NoPlace)
      return true;
    ir::Event &E = emit(ir::Op::Access, P.Call->getSourceRange());
    E.Subject = S;
    E.Flags = Flags;
    if (const Expr *Of = argument(P, A.Subject))
      E.Spelling = spelling(Of);
    auto Value = A.What == Verb::Store
                     ? (P.Args.empty() ? std::nullopt : constant(P.Args[0]))
                 : A.What == Verb::Modify ? addedByAtomic(P)
                                          : std::nullopt;
    if (Value) {
      E.Value = *Value;
      E.Flags |= ir::ValueKnown;
    }
    return true;
  }
  }
  return false;
}

} // namespace runnel::frontend
