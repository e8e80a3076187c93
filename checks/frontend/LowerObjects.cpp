//===- LowerObjects.cpp - Objects that come and go ------------------------===//
//
// Constructions and destructions: guards, threads and channels are told by
// their own events, other classes as calls of their constructors and
// destructors.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"
#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

PlaceId Lowering::targetPlace(const Expr *E) {
  auto Made = MadeBy.find(E);
  if (Made != MadeBy.end())
    return Made->second;
  auto It = Facts.Targets.find(E);
  Target At = It == Facts.Targets.end() ? Target() : It->second;
  ir::Role Role = T.role(E->getType());
  PlaceId P = NoPlace;
  switch (At.What) {
  case Target::Variable:
    if (isa<DecompositionDecl>(At.Var))
      break;
    if (!At.Var->hasLocalStorage())
      P = resolveVariable(At.Var);
    else {
      declare(At.Var);
      P = localPlace(At.Var);
    }
    break;
  case Target::Member:
    if (At.Field)
      P = field(resolveThis(), At.Field, At.Field->getType());
    break;
  case Target::Allocated:
    if (At.New && At.New != E)
      P = targetPlace(At.New);
    break;
  case Target::Assigned:
    // A guard that is moved into another is an object of its own until then.
    if (Role != ir::Role::Guard && Role != ir::Role::Data)
      P = resolve(At.Into);
    break;
  case Target::Part:
    P = field(targetPlace(At.Into), At.Field, At.Field->getType());
    break;
  case Target::Element:
    if (Role != ir::Role::Data)
      P = index(resolve(At.Into), ir::Name("?" + llvm::utostr(Unknowns++)),
                E->getType());
    break;
  default:
    break;
  }
  if (P == NoPlace)
    P = unknownPlace(E->getType());
  if (At.What == Target::Temporary && At.Temp)
    TempPlace[At.Temp] = P;
  MadeBy[E] = P;
  return P;
}

/// An object of the program's, not of the library's.
static bool ownsData(const ir::TypeRef &T) {
  return T.Element && T.ElementIs == ir::Role::Data &&
         !T.Element.str().starts_with("c:@N@std@");
}

/// A record with channels in it, or shared objects that may have them: its
/// copies share them.
bool Lowering::hasChannels(const CXXRecordDecl *R, unsigned Depth) {
  if (!R || !(R = R->getDefinition()) || Depth > 3 ||
      Where.isSystem(R->getLocation()))
    return false;
  return llvm::any_of(R->fields(), [&](const FieldDecl *F) {
    ir::Role Is = T.role(F->getType());
    return Is == ir::Role::Channel || Is == ir::Role::Sender ||
           Is == ir::Role::Receiver ||
           (Is == ir::Role::SharedPointer && ownsData(T.ref(F->getType()))) ||
           (Is == ir::Role::Data &&
            hasChannels(F->getType()->getAsCXXRecordDecl(), Depth + 1));
  });
}

/// \p To is a copy of \p From, made by \p By.
void Lowering::sharesChannels(PlaceId From, PlaceId To, const Expr *By) {
  if (From == NoPlace || To == NoPlace || From == To ||
      !hasChannels(By->getType()->getAsCXXRecordDecl(), 0))
    return;
  ir::Event &E = emit(ir::Op::Escape, By->getSourceRange());
  E.Subject = From;
  E.Other = To;
  E.Value = int64_t(ir::EscapeKind::Stored);
}

/// A channel or its like, or a handle of an object that may have one.
static bool isMeans(const ir::TypeRef &T) {
  switch (T.Is) {
  case ir::Role::Channel:
  case ir::Role::Sender:
  case ir::Role::Receiver:
  case ir::Role::Context:
    return true;
  case ir::Role::SharedPointer:
  case ir::Role::OwningPointer:
    return T.ElementIs != ir::Role::Lock;
  default:
    return false;
  }
}

void Lowering::initialiseParts(const Expr *List) {
  auto At = Facts.Targets.find(List);
  const bool Returned =
      At != Facts.Targets.end() && At->second.What == Target::Returned;
  if (Returned && !List->getType()->isRecordType())
    return;
  // What is put into an array or a std::initializer_list is in others' hands.
  if (const auto *L = dyn_cast<InitListExpr>(List);
      L && !L->isTransparent() && !L->getType()->isRecordType()) {
    for (const Expr *Each : L->inits())
      if (refers(T, Each->getType())) {
        PlaceId Given = operand(Each).Place;
        if (Given == NoPlace || F.Places[Given].Root == ir::Place::Unknown)
          continue;
        ir::Event &Escape = emit(ir::Op::Escape, Each->getSourceRange());
        Escape.Subject = Given;
        Escape.Value = int64_t(ir::EscapeKind::Stored);
      }
    return;
  }
  PlaceId Whole = NoPlace;
  eachPart(List, [&](const FieldDecl *F, const Expr *Init) {
    if (!refers(T, F->getType()) ||
        isa<LambdaExpr, ImplicitValueInitExpr>(peel(Init)) ||
        isa<CXXDefaultInitExpr>(Init->IgnoreParenImpCasts()))
      return;
    // Of what is returned, the parts by which goroutines meet.
    if (Returned && !isMeans(T.ref(F->getType())))
      return;
    if (Whole == NoPlace)
      Whole = targetPlace(List);
    PlaceId To = field(Whole, F, F->getType());
    if (ir::Operand What = operand(Init);
        What.How == ir::Operand::Other || What.Place == To)
      return;
    assign(To, Init, Init->getSourceRange());
  });
  if (Returned && Whole != NoPlace)
    ReturnedParts[List] = Whole;
}

bool Lowering::isNil(const CXXConstructExpr *C) {
  return C->getNumArgs() > 0 && isa<CXXNullPtrLiteralExpr>(peel(C->getArg(0)));
}

/// \p Room: what is passed for its capacity; null for an unbuffered one.
void Lowering::makeChannel(PlaceId To, const Expr *Room, SourceRange R) {
  std::optional<int64_t> Capacity = 0;
  if (const auto *D = dyn_cast_or_null<CXXDefaultArgExpr>(Room))
    Room = D->getExpr();
  if (Room)
    Capacity = constant(Room);
  ir::Event &E = emit(ir::Op::MakeChannel, R);
  E.Subject = To;
  if (Capacity) {
    E.Value = *Capacity;
    E.Flags |= ir::ValueKnown;
  }
}

bool Lowering::isUnnamed(const Expr *E) const {
  auto It = Facts.Targets.find(E);
  if (It != Facts.Targets.end() && It->second.What != Target::Temporary)
    return false;
  // One that is passed on, or moved into something, lives by that.
  return Facts.Discarded.contains(E);
}

void Lowering::guardBegin(CallParts &P, PlaceId Guard,
                          llvm::ArrayRef<const Expr *> Args,
                          const RecordInfo &Info, bool Unnamed,
                          const CXXConstructorDecl *Ctor) {
  SourceRange R = P.Call->getSourceRange();
  uint32_t Flags = Unnamed ? ir::Unnamed : 0;
  if (Info.Traits & ir::SharedMode)
    Flags |= ir::Shared;
  llvm::SmallVector<ir::Operand, 2> Locks;
  const Expr *MovedFrom = nullptr;
  const Expr *FirstLock = nullptr;
  auto AddLock = [&](PlaceId Place, const Expr *E) {
    ir::Operand O;
    O.How = ir::Operand::PlaceArg;
    O.Place = Place;
    O.ByReference = true;
    Locks.push_back(O);
    if (!FirstLock)
      FirstLock = E;
  };
  bool ByShape = Info.ByShape || Info.ByAttribute;
  std::optional<LockSource> Source =
      ByShape && Ctor ? lockSource(T, Ctor, Info) : std::nullopt;
  if (ByShape && Ctor)
    if (const auto *A = Ctor->getAttr<AcquireCapabilityAttr>();
        A && A->isShared())
      Flags |= ir::Shared;
  for (size_t I = 0; I < Args.size(); ++I) {
    const Expr *E = Args[I];
    if (isa<CXXDefaultArgExpr>(E))
      continue;
    QualType Type = E->getType();
    if (uint32_t Tag = T.tag(Type)) {
      Flags |= Tag;
      continue;
    }
    ir::Role Role = T.role(Type);
    if (Role == ir::Role::Guard) {
      MovedFrom = E;
      continue;
    }
    if (Role == ir::Role::Duration) {
      Flags |= ir::Try | ir::WithTimeout;
      continue;
    }
    if (ByShape) {
      if (Source && I == Source->Param) {
        PlaceId Place = lockPlace(E);
        for (const FieldDecl *Step : Source->Path)
          Place = field(Place, Step, Step->getType());
        AddLock(Place, E);
      }
      continue;
    }
    // Anything Lockable will do for the standard's guards; numbers and the
    // like are options of others'.
    if (Role == ir::Role::Lock || strip(Type)->isRecordType() ||
        strip(Type)->isDependentType() || Role == ir::Role::Optional)
      AddLock(lockPlace(E), E);
  }
  if (MovedFrom && Locks.empty()) {
    ir::Event &E = emit(ir::Op::GuardBegin, R);
    E.Subject = Guard;
    E.Flags = ir::Defer | (Unnamed ? ir::Unnamed : 0);
    PlaceId From = resolve(MovedFrom);
    ir::Event &Move = emit(ir::Op::GuardMove, R);
    Move.Subject = Guard;
    Move.Other = From;
    return;
  }
  if (Info.Entry && Info.Entry->Defers)
    Flags |= ir::Defer;
  if ((Info.Traits & ir::MultiLock) && Locks.size() > 1)
    Flags |= ir::Avoiding;
  ir::Event &E = emit(ir::Op::GuardBegin, R);
  E.Subject = Guard;
  E.Flags = Flags;
  E.Args.assign(Locks.begin(), Locks.end());
  if (FirstLock)
    E.Spelling = spelling(FirstLock);
}

/// Objects whose construction is an event of its own kind. Returns whether it
/// was.
bool Lowering::constructRole(CallParts &P, const RecordInfo &Info,
                             const CXXConstructExpr *C) {
  const CXXConstructorDecl *Ctor = C->getConstructor();
  SourceRange R = C->getSourceRange();
  bool CopyOrMove = Ctor->isCopyOrMoveConstructor();
  switch (Info.Is) {
  case ir::Role::Guard: {
    if (C->isElidable())
      return true;
    auto At = Facts.Targets.find(C);
    if (CopyOrMove && At != Facts.Targets.end() &&
        At->second.What == Target::Returned)
      return true; // the Return says it
    guardBegin(P, targetPlace(C), P.Args, Info, isUnnamed(C), Ctor);
    return true;
  }
  case ir::Role::Thread:
  case ir::Role::JoiningThread: {
    if (!Info.Entry || !Info.Entry->Starts || CopyOrMove || P.Args.empty() ||
        isa<CXXDefaultArgExpr>(P.Args.front()))
      return false;
    Action A;
    A.What = Verb::Spawn;
    A.Subject = Action::Result;
    A.Callable = 0;
    // Attributes may stand before the callable (boost::thread).
    if (P.Args.size() > 1 && T.role(P.Args[0]->getType()) == ir::Role::Data &&
        T.role(P.Args[1]->getType()) == ir::Role::Closure)
      A.Callable = 1;
    A.Spawn = Info.Is == ir::Role::Thread ? ir::SpawnKind::Thread
                                          : ir::SpawnKind::JoiningThread;
    auto It = Info.Entry->Methods.find("constructor");
    if (It != Info.Entry->Methods.end())
      for (const Action &Known : It->second)
        if (Known.What == Verb::Spawn) {
          A.Spawn = Known.Spawn;
          if (Known.Callable >= 0)
            A.Callable = Known.Callable;
        }
    return spawnAction(P, A);
  }
  case ir::Role::Channel: {
    if (CopyOrMove)
      return false;
    // channel(nullptr) is nil: nobody made one.
    if (isNil(C)) {
      if (auto At = Facts.Targets.find(C);
          At != Facts.Targets.end() && At->second.What == Target::Member)
        assign(targetPlace(C), C, R);
      return true;
    }
    makeChannel(targetPlace(C), P.Args.empty() ? nullptr : P.Args[0], R);
    return true;
  }
  case ir::Role::Timer:
  case ir::Role::Ticker: {
    if (CopyOrMove || P.Args.empty())
      return false;
    PlaceId S = targetPlace(C);
    ir::Operand After = operand(P.Args[0]);
    ir::Event &E = emit(ir::Op::MakeTimer, R);
    E.Subject = S;
    E.Text = Info.Is == ir::Role::Timer ? "timer" : "ticker";
    E.Args.push_back(After);
    return true;
  }
  default:
    break;
  }
  if (Info.Entry) {
    auto It = Info.Entry->Methods.find("constructor");
    if (It != Info.Entry->Methods.end() && !CopyOrMove && !P.Args.empty()) {
      bool Told = false;
      P.Subject = targetPlace(C);
      for (const Action &A : It->second)
        Told |= lowerAction(P, A);
      if (Told)
        return true;
    }
    // The rest the vocabulary knows starts out as its role has it.
    if (Info.Is == ir::Role::Function || Info.Is == ir::Role::Data)
      return false;
    if (!CopyOrMove && !P.Args.empty() &&
        (Info.Is == ir::Role::Semaphore || Info.Is == ir::Role::Latch ||
         Info.Is == ir::Role::Barrier || Info.Is == ir::Role::WaitGroup)) {
      PlaceId S = targetPlace(C);
      std::optional<int64_t> Count = constant(P.Args[0]);
      ir::Event &E = emit(ir::Op::CountAdd, R);
      E.Subject = S;
      if (Count) {
        E.Value = *Count;
        E.Flags |= ir::ValueKnown;
      }
      return true;
    }
    argumentAccess(P);
    auto At = Facts.Targets.find(C);
    if (At != Facts.Targets.end() && At->second.What == Target::Variable)
      declare(At->second.Var);
    return true;
  }
  return false;
}

void Lowering::walkConstruct(const CXXConstructExpr *C) {
  for (const Expr *A : C->arguments())
    walk(A);
  const CXXConstructorDecl *Ctor = C->getConstructor();
  CallParts P;
  P.Call = C;
  P.Callee = Ctor;
  P.Args.append(C->arg_begin(), C->arg_end());
  for (const ParmVarDecl *Param : Ctor->parameters())
    P.Params.push_back(Param->getType());
  const RecordInfo &Info = T.record(Ctor->getParent());
  if (constructRole(P, Info, C))
    return;
  if (Ctor->isTrivial() || C->isElidable() || Ctor->getParent()->isLambda()) {
    argumentAccess(P);
    return;
  }
  // A copy of a channel is the channel, whoever has written its class: the
  // runtime may be part of the project.
  if (Ctor->isCopyOrMoveConstructor() &&
      (Info.Is == ir::Role::Channel || Info.Is == ir::Role::Context)) {
    argumentAccess(P);
    return;
  }
  auto At = Facts.Targets.find(C);
  bool Named =
      At != Facts.Targets.end() && (At->second.What == Target::Variable ||
                                    At->second.What == Target::Member ||
                                    At->second.What == Target::Allocated);
  bool System = Where.isSystem(Ctor->getLocation());
  // A base, or the rest of a constructor that delegates, is this object.
  if (const auto *Own = dyn_cast<CXXConstructorDecl>(Decl); Own && !System)
    for (const CXXCtorInitializer *I : Own->inits())
      if (!I->isAnyMemberInitializer() && I->getInit()->IgnoreImplicit() == C)
        P.Subject = resolveThis();
  // The object exists before its constructor runs.
  if (At != Facts.Targets.end() && At->second.What == Target::Allocated &&
      !System)
    makeNew(At->second.New);
  if (Named && !System)
    P.Subject = targetPlace(C);
  // A temporary that is given something others use as well is followed.
  else if (!Named && !System && P.Subject == NoPlace &&
           At == Facts.Targets.end() &&
           T.role(C->getType()) == ir::Role::Data &&
           !Ctor->isCopyOrMoveConstructor() && C->getNumArgs() > 0)
    P.Subject = targetPlace(C);
  else if (Named && At->second.What == Target::Variable)
    declare(At->second.Var);
  // A std::function made of a closure holds it.
  if (Info.Is == ir::Role::Function && P.Args.size() >= 1) {
    argumentAccess(P);
    if (!Named)
      return;
    ir::Operand What = operand(P.Args[0]);
    if (What.How == ir::Operand::Other)
      return;
    PlaceId To = targetPlace(C);
    ir::Event &E = emit(ir::Op::Assign, C->getSourceRange());
    E.Subject = To;
    E.Args.push_back(What);
    return;
  }
  if (System) {
    // Of the library's types only those that run what they are given count.
    ordinaryCall(P, /*Quiet=*/true);
    return;
  }
  // A compiler-made constructor that does nothing worth telling.
  if (Ctor->isImplicit() && Ctor->isCopyOrMoveConstructor()) {
    argumentAccess(P);
    if (Named && !P.Args.empty())
      sharesChannels(resolve(P.Args[0]), P.Subject, C);
    return;
  }
  ordinaryCall(P);
}

void Lowering::destroy(PlaceId P, QualType Type, SourceLocation At,
                       bool Local) {
  SourceRange R(At, At);
  const ir::TypeRef &Ref = T.ref(Type);
  auto Emit = [&](ir::Op What) -> ir::Event & {
    ir::Event &E = emit(What, R);
    E.Subject = P;
    E.Flags |= ir::Implicit;
    return E;
  };
  switch (Ref.Is) {
  case ir::Role::Guard:
    Emit(ir::Op::GuardEnd);
    return;
  case ir::Role::JoiningThread:
  case ir::Role::Group:
    Emit(ir::Op::Join);
    return;
  case ir::Role::CancelSource:
    Emit(ir::Op::Cancel);
    return;
  case ir::Role::Optional:
  case ir::Role::OwningPointer:
    if (Ref.ElementIs == ir::Role::Guard) {
      Emit(ir::Op::GuardEnd);
      return;
    }
    if (Ref.ElementIs == ir::Role::JoiningThread) {
      Emit(ir::Op::Join);
      return;
    }
    break;
  default:
    break;
  }
  const CXXRecordDecl *R2 = T.classOf(Type);
  if (R2 && T.record(R2).Entry && Ref.Is != ir::Role::OwningPointer &&
      Ref.Is != ir::Role::Optional)
    return;
  if (Ref.Is == ir::Role::OwningPointer || Ref.Is == ir::Role::Optional) {
    // What it owns goes with it.
    const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(R2);
    R2 = nullptr;
    if (Spec && Spec->getTemplateArgs().size() > 0 &&
        Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      R2 = Spec->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
  }
  if (!R2 || R2->isLambda() || !(R2 = R2->getDefinition()) ||
      R2->hasTrivialDestructor() || Where.isSystem(R2->getLocation()))
    return;
  const CXXDestructorDecl *D = R2->getDestructor();
  if (!D)
    return;
  Builder.want(D);
  ir::Event &E = Emit(ir::Op::Call);
  E.Callee = Names.of(D);
  E.Text = ir::Name("~" + R2->getNameAsString());
  bool Exact = Local && Ref.Is == ir::Role::Data;
  E.Value = int64_t(D->isVirtual() && !Exact ? ir::CallKind::Virtual
                                             : ir::CallKind::Direct);
}

} // namespace runnel::frontend
