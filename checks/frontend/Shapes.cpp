//===- Shapes.cpp - Locks and guards nobody listed ------------------------===//

#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;

namespace {

/// The field of `this` an expression starts from, and the fields after it.
struct FieldPath {
  const FieldDecl *First = nullptr;
  const ParmVarDecl *Param = nullptr;
  llvm::SmallVector<const FieldDecl *, 2> Rest;
};

/// Follows members, dereferences, casts and smart pointers down to a field of
/// `this` or a parameter.
bool follow(const Expr *E, FieldPath &Out) {
  for (unsigned Depth = 0; E && Depth < 32; ++Depth) {
    E = E->IgnoreParenCasts();
    if (const auto *M = dyn_cast<MemberExpr>(E)) {
      const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl());
      if (!F)
        return false;
      const Expr *Base = M->getBase()->IgnoreParenCasts();
      if (isa<CXXThisExpr>(Base)) {
        Out.First = F;
        return true;
      }
      Out.Rest.insert(Out.Rest.begin(), F);
      E = Base;
    } else if (const auto *D = dyn_cast<DeclRefExpr>(E)) {
      Out.Param = dyn_cast<ParmVarDecl>(D->getDecl());
      return Out.Param != nullptr;
    } else if (const auto *U = dyn_cast<UnaryOperator>(E)) {
      if (U->getOpcode() != UO_Deref && U->getOpcode() != UO_AddrOf)
        return false;
      E = U->getSubExpr();
    } else if (const auto *O = dyn_cast<CXXOperatorCallExpr>(E)) {
      if (O->getOperator() != OO_Arrow && O->getOperator() != OO_Star)
        return false;
      E = O->getArg(0);
    } else if (const auto *M = dyn_cast<CXXDependentScopeMemberExpr>(E)) {
      if (M->isImplicitAccess())
        return false;
      E = M->getBase();
    } else if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
      if (C->getNumArgs() == 0)
        return false;
      E = C->getArg(0);
    } else if (const auto *L = dyn_cast<InitListExpr>(E)) {
      if (L->getNumInits() != 1)
        return false;
      E = L->getInit(0);
    } else if (const auto *P = dyn_cast<ParenListExpr>(E)) {
      if (P->getNumExprs() == 0)
        return false;
      E = P->getExpr(0);
    } else if (const auto *C = dyn_cast<CallExpr>(E)) {
      // std::move, std::addressof and the like.
      if (C->getNumArgs() != 1)
        return false;
      E = C->getArg(0);
    } else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E)) {
      E = B->getSubExpr();
    } else {
      return false;
    }
  }
  return false;
}

const Stmt *bodyOf(const FunctionDecl *F) {
  if (!F)
    return nullptr;
  const FunctionDecl *Definition = nullptr;
  if (const Stmt *Body = F->getBody(Definition))
    return Body;
  const FunctionDecl *Pattern = Symbols::pattern(F);
  return Pattern != F ? Pattern->getBody(Definition) : nullptr;
}

/// The method of its own object that a call names, templates included.
const CXXMethodDecl *ownMethod(const CallExpr *Call) {
  const auto *M = dyn_cast<MemberExpr>(Call->getCallee()->IgnoreParens());
  if (!M || !isa<CXXThisExpr>(M->getBase()->IgnoreParenCasts()))
    return nullptr;
  return dyn_cast<CXXMethodDecl>(M->getMemberDecl());
}

/// A lock or unlock that a body makes: its subject, and the fields to follow
/// from there.
struct Locking {
  Verb What;
  bool Shared;
  const Expr *Subject;
  llvm::ArrayRef<const FieldDecl *> Path;
};

/// Calls Do with each lock or unlock a body makes itself, through a method of
/// its own object, or through one that locks a field of another's.
void eachLocking(Types &T, const Stmt *S, unsigned Depth,
                 llvm::function_ref<void(const Locking &)> Do,
                 bool Through = true) {
  if (!S || Depth > 40 || isa<LambdaExpr>(S))
    return;
  if (const auto *Call = dyn_cast<CallExpr>(S)) {
    // ~Guard() { unlock(); }: what that means is only known when the class is.
    if (const CXXMethodDecl *Own = ownMethod(Call)) {
      if (Through)
        eachLocking(T, bodyOf(Own), Depth + 1, Do, /*Through=*/false);
      return;
    }
    const Expr *Object = nullptr;
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(Call))
      Object = M->getImplicitObjectArgument();
    if (const FunctionDecl *F = Call->getDirectCallee()) {
      QualType ObjectType;
      if (Object)
        ObjectType = Object->IgnoreParenImpCasts()->getType();
      for (const Action &A : T.meaning(F, ObjectType)) {
        if (A.What != Verb::Lock && A.What != Verb::Unlock &&
            A.What != Verb::GuardLock && A.What != Verb::GuardUnlock)
          continue;
        const Expr *Subject = Object;
        if (!Subject && Call->getNumArgs() > 0)
          Subject = Call->getArg(0);
        if (Subject)
          Do({A.What, (A.Flags & ir::Shared) != 0, Subject, {}});
      }
      if (Through && Object && !isa<CXXThisExpr>(Object->IgnoreParenCasts()) &&
          T.meaning(F, ObjectType).empty() &&
          !T.sources().isSystem(F->getLocation()))
        eachLocking(
            T, bodyOf(F), Depth + 1,
            [&](const Locking &L) {
              FieldPath P;
              if (!follow(L.Subject, P) || !P.First)
                return;
              llvm::SmallVector<const FieldDecl *, 4> Path{P.First};
              Path.append(P.Rest.begin(), P.Rest.end());
              Do({L.What, L.Shared, Object, Path});
            },
            /*Through=*/false);
    } else if (const auto *M = dyn_cast<CXXDependentScopeMemberExpr>(
                   Call->getCallee()->IgnoreParens());
               M && !M->isImplicitAccess()) {
      const IdentifierInfo *Id = M->getMember().getAsIdentifierInfo();
      switch (Id ? lockWord(Id->getName()) : LockWord::None) {
      case LockWord::Lock:
      case LockWord::TryLock:
      case LockWord::TimedLock:
        Do({Verb::Lock, false, M->getBase(), {}});
        break;
      case LockWord::LockShared:
      case LockWord::TryLockShared:
        Do({Verb::Lock, true, M->getBase(), {}});
        break;
      case LockWord::Unlock:
      case LockWord::UnlockShared:
        Do({Verb::Unlock, false, M->getBase(), {}});
        break;
      default:
        break;
      }
    }
  }
  for (const Stmt *Child : S->children())
    eachLocking(T, Child, Depth + 1, Do, Through);
}

bool isLockRole(ir::Role R) { return R == ir::Role::Lock; }

/// What a class could lock with.
struct Inside {
  unsigned Locks = 0; ///< owned
  unsigned Refs = 0;  ///< references or pointers to locks
  unsigned Guards = 0;
  unsigned CondVars = 0;
  unsigned Atomics = 0;
  unsigned Others = 0;
  uint32_t LockTraits = 0;
  const FieldDecl *Lock = nullptr;
  const FieldDecl *Ref = nullptr;
  const FieldDecl *Guard = nullptr;
  const FieldDecl *Other = nullptr;
};

Inside lookInside(Types &T, const CXXRecordDecl *R) {
  Inside In;
  for (const FieldDecl *F : R->fields()) {
    const ir::TypeRef &Type = T.ref(F->getType());
    bool Points = Type.indirect() || Type.Is == ir::Role::SharedPointer ||
                  Type.Is == ir::Role::OwningPointer;
    if (isLockRole(Type.Is) || ((Type.Is == ir::Role::OwningPointer ||
                                 Type.Is == ir::Role::SharedPointer) &&
                                isLockRole(Type.ElementIs))) {
      if (Points && Type.Is != ir::Role::OwningPointer) {
        ++In.Refs;
        In.Ref = F;
      } else {
        ++In.Locks;
        In.Lock = F;
      }
      In.LockTraits |= Type.Traits;
    } else if (Type.Is == ir::Role::Guard ||
               (Type.Is == ir::Role::Optional &&
                Type.ElementIs == ir::Role::Guard)) {
      ++In.Guards;
      In.Guard = F;
      In.LockTraits |= Type.Traits;
    } else if (Type.Is == ir::Role::CondVar) {
      ++In.CondVars;
    } else if (Type.Is == ir::Role::Atomic) {
      ++In.Atomics;
    } else {
      ++In.Others;
      In.Other = F;
    }
  }
  for (const CXXBaseSpecifier &B : R->bases())
    if (const CXXRecordDecl *Base = T.classOf(B.getType()))
      if (isLockRole(T.record(Base).Is)) {
        ++In.Locks;
        In.LockTraits |= T.record(Base).Traits;
      }
  return In;
}

bool shapedLock(Types &T, const CXXRecordDecl *R, const Inside &In,
                RecordInfo &Info) {
  bool Lock = false, Unlock = false, Try = false, Shared = false,
       Standard = false, Says = false;
  for (const CXXMethodDecl *M : R->methods()) {
    if (M->getAccess() != AS_public || M->isStatic() || !M->getIdentifier() ||
        M->getMinRequiredArguments() > 1)
      continue;
    QualType Result = M->getReturnType();
    bool Plain = Result->isVoidType() || Result->isBooleanType() ||
                 Result->isIntegralOrEnumerationType();
    if (!Plain)
      continue;
    switch (lockWord(M->getName())) {
    case LockWord::Lock:
      Lock = true;
      // acquire() and enter() are words of semaphores and limiters too.
      Says |= M->getName().contains_insensitive("lock");
      Standard |= M->getName() == "lock" && M->getNumParams() == 0;
      break;
    case LockWord::Unlock:
      Unlock = true;
      break;
    case LockWord::TryLock:
      Try = true;
      break;
    case LockWord::LockShared:
      Shared = true;
      break;
    default:
      break;
    }
  }
  if (!Lock || !Unlock || !onlyLocks(R))
    return false;
  bool Evidence = In.Locks + In.Refs > 0 || (In.Atomics > 0 && Says) ||
                  // Lockable as the standard has it.
                  (Standard && Try);
  if (!Evidence)
    for (const CXXMethodDecl *M : R->methods())
      if (M->getIdentifier() && lockWord(M->getName()) == LockWord::Lock)
        eachLocking(T, bodyOf(M), 0, [&](const Locking &L) {
          FieldPath P;
          Evidence |= L.What == Verb::Lock && follow(L.Subject, P) && P.First;
        });
  if (!Evidence)
    return false;
  Info.Is = ir::Role::Lock;
  Info.Traits = ir::LockWrapper | ir::UserDefined |
                (In.LockTraits & (ir::Recursive | ir::FiberAware | ir::Timed)) |
                (Shared ? ir::SharedMode : 0) |
                (!In.Locks && !In.Refs && In.Atomics ? ir::Spin : 0);
  return true;
}

bool shapedGuard(Types &T, const CXXRecordDecl *R, const Inside &In,
                 RecordInfo &Info) {
  // What owns its lock is a monitor, not a guard.
  if (In.Locks)
    return false;
  const CXXDestructorDecl *Destructor = R->getDestructor();
  bool Written = Destructor && Destructor->isUserProvided();
  uint32_t Traits = ir::LockWrapper | ir::UserDefined;
  if (Written) {
    const Stmt *Body = bodyOf(Destructor);
    bool Unlocks = false;
    eachLocking(T, Body, 0, [&](const Locking &L) {
      FieldPath P;
      if (Unlocks || (L.What != Verb::Unlock && L.What != Verb::GuardUnlock) ||
          !follow(L.Subject, P) || !P.First)
        return;
      Unlocks = true;
      Info.LockField = P.First;
      Info.LockPath = P.Rest;
      Info.LockPath.append(L.Path.begin(), L.Path.end());
    });
    // Only declared here: then the fields must leave no doubt.
    if (!Body && In.Refs == 1 && In.Others == 0 && onlyLocks(R)) {
      Unlocks = true;
      Info.LockField = In.Ref;
    }
    if (!Unlocks)
      return false;
    // It must not own what it unlocks, or it is a class with a lock inside.
    QualType Field = Info.LockField->getType();
    const ir::TypeRef &Type = T.ref(Field);
    if (!Type.indirect() && Type.Is != ir::Role::SharedPointer &&
        Type.Is != ir::Role::Guard && Type.Is != ir::Role::View) {
      Info.LockField = nullptr;
      Info.LockPath.clear();
      return false;
    }
    // And some constructor must lock.
    bool Locks = false, Shared = true;
    for (const CXXConstructorDecl *C : R->ctors()) {
      if (C->isCopyOrMoveConstructor() || C->isImplicit())
        continue;
      const Stmt *CtorBody = bodyOf(C);
      if (!CtorBody) {
        Locks = true;
        continue;
      }
      eachLocking(T, CtorBody, 0, [&](const Locking &L) {
        if (L.What == Verb::Lock || L.What == Verb::GuardLock) {
          Locks = true;
          Shared &= L.Shared;
        }
      });
    }
    if (!Locks) {
      Info.LockField = nullptr;
      Info.LockPath.clear();
      return false;
    }
    if (Shared && !R->ctors().empty())
      for (const CXXConstructorDecl *C : R->ctors())
        if (!C->isCopyOrMoveConstructor() && bodyOf(C))
          Traits |= ir::SharedMode;
  } else {
    if (In.Guards != 1 || In.CondVars || In.Others > 1 || In.Atomics)
      return false;
    // A transaction holds a guard too; a guard with a value offers little else.
    unsigned Methods = 0;
    for (const CXXMethodDecl *M : R->methods())
      if (M->getAccess() == AS_public && !M->isImplicit() &&
          !isa<CXXConstructorDecl, CXXDestructorDecl, CXXConversionDecl>(M) &&
          !M->isOverloadedOperator() && M->getIdentifier() &&
          lockWord(M->getName()) == LockWord::None)
        ++Methods;
    if (Methods > 1)
      return false;
    Info.LockField = In.Guard;
    Traits |= T.ref(In.Guard->getType()).Traits & ir::SharedMode;
  }
  Info.Is = ir::Role::Guard;
  if (In.Others && In.Other && T.ref(In.Other->getType()).indirect() &&
      In.Other != Info.LockField)
    Traits |= ir::HoldsValue;
  if (R->hasMoveConstructor() && !R->hasTrivialMoveConstructor())
    Traits |= ir::Movable;
  Info.Traits = Traits;
  return true;
}

/// A guard that offers lock() and unlock(), as std::unique_lock does: what one
/// of its constructors is given, its destructor lets go.
bool shapedUniqueLock(Types &T, const CXXRecordDecl *R, const Inside &In,
                      RecordInfo &Info) {
  if (!In.Refs || !bodyOf(R->getDestructor()))
    return false;
  auto TakesLock = [&](const CXXConstructorDecl *C) {
    return !C->isCopyOrMoveConstructor() &&
           llvm::any_of(C->parameters(), [&](const ParmVarDecl *P) {
             return isLockRole(T.role(P->getType()));
           });
  };
  return llvm::any_of(R->ctors(), TakesLock) && shapedGuard(T, R, In, Info);
}

bool shapedCondVar(Types &T, const CXXRecordDecl *R, const Inside &In,
                   RecordInfo &Info) {
  if (In.CondVars != 1 || In.Locks || In.Others)
    return false;
  bool Waits = false;
  for (const CXXMethodDecl *M : R->methods()) {
    if (M->getAccess() != AS_public || M->isImplicit() || !M->getIdentifier() ||
        isa<CXXConstructorDecl, CXXDestructorDecl>(M))
      continue;
    RecordInfo AsIf;
    AsIf.Is = ir::Role::CondVar;
    std::optional<Action> A = shapedMeaning(T, M, AsIf);
    if (!A)
      return false;
    Waits |= A->What == Verb::Wait;
  }
  if (!Waits)
    return false;
  Info.Is = ir::Role::CondVar;
  Info.Traits = ir::LockWrapper | ir::UserDefined;
  return true;
}

/// synchronized<T>: a template of one lock and one T.
bool shapedSynchronized(Types &T, const CXXRecordDecl *R, const Inside &In,
                        RecordInfo &Info) {
  if (In.Locks != 1 || In.Others != 1 || In.Refs || In.Guards || In.Atomics)
    return false;
  const CXXRecordDecl *Pattern = Symbols::pattern(R);
  if (!Pattern->getDescribedClassTemplate())
    return false;
  // It runs what it is given under its lock, or hands out a guard.
  bool Gives = false;
  unsigned Other = 0;
  for (const Decl *D : Pattern->decls()) {
    if (D->getAccess() != AS_public)
      continue;
    if (const auto *F = dyn_cast<FunctionTemplateDecl>(D)) {
      for (const ParmVarDecl *P : F->getTemplatedDecl()->parameters())
        Gives |= P->getType().getNonReferenceType()->isTemplateTypeParmType();
    } else if (const auto *M = dyn_cast<CXXMethodDecl>(D);
               M && !M->isImplicit() && !M->isOverloadedOperator() &&
               !isa<CXXConstructorDecl, CXXDestructorDecl>(M)) {
      bool Guard = T.role(M->getReturnType()) == ir::Role::Guard;
      Gives |= Guard;
      Other += !Guard;
    }
  }
  if (!Gives || Other > 2)
    return false;
  for (const FieldDecl *F : Pattern->fields())
    if (F->getType()->isTemplateTypeParmType() && In.Other &&
        F->getName() == In.Other->getName()) {
      Info.Is = ir::Role::Synchronized;
      Info.Traits = ir::LockWrapper | ir::UserDefined;
      return true;
    }
  return false;
}

} // namespace

bool classifyByShape(Types &T, const CXXRecordDecl *R, RecordInfo &Info) {
  if (R->isInvalidDecl() || R->isUnion() || R->isLambda())
    return false;
  // Cheap refusals first: most classes have neither a lock nor a destructor.
  Inside In = lookInside(T, R);
  bool Candidate =
      In.Locks || In.Refs || In.Guards || In.CondVars || In.Atomics;
  if (!Candidate) {
    bool Named = false;
    for (const CXXMethodDecl *M : R->methods())
      if (M->getIdentifier() && lockWord(M->getName()) == LockWord::Lock)
        Named = true;
    const CXXDestructorDecl *D = R->getDestructor();
    // A guard of a lock behind another class: its destructor tells.
    bool Refers = llvm::any_of(R->fields(), [](const FieldDecl *F) {
      return F->getType()->isReferenceType() || F->getType()->isPointerType();
    });
    if (!Named && !(D && D->isUserProvided() && Refers && bodyOf(D)))
      return false;
  }
  bool Known = shapedUniqueLock(T, R, In, Info) || shapedLock(T, R, In, Info) ||
               shapedGuard(T, R, In, Info) || shapedCondVar(T, R, In, Info) ||
               shapedSynchronized(T, R, In, Info);
  Info.ByShape = Known;
  return Known;
}

std::optional<LockSource> lockSource(Types &T, const CXXConstructorDecl *C,
                                     const RecordInfo &Info) {
  LockSource Out;
  const FunctionDecl *Defined = nullptr;
  C->getBody(Defined);
  if (!Defined)
    Symbols::pattern(C)->getBody(Defined);
  if (const auto *Ctor = dyn_cast_or_null<CXXConstructorDecl>(Defined);
      Ctor && Info.LockField)
    for (const CXXCtorInitializer *I : Ctor->inits()) {
      const FieldDecl *F = I->getAnyMember();
      if (!F || F->getName() != Info.LockField->getName())
        continue;
      FieldPath P;
      if (!follow(I->getInit(), P) || !P.Param)
        continue;
      Out.Param = P.Param->getFunctionScopeIndex();
      // Of a lock of the user's own it may take the system's lock inside.
      if (isLockRole(T.role(P.Param->getType())))
        return Out;
      Out.Path = P.Rest;
      Out.Path.append(Info.LockPath.begin(), Info.LockPath.end());
      return Out;
    }
  // Not visible: the parameter that is a lock, or has the field's class.
  const CXXRecordDecl *Field =
      Info.LockField ? T.classOf(Info.LockField->getType()) : nullptr;
  for (const ParmVarDecl *P : C->parameters()) {
    const CXXRecordDecl *Of = T.classOf(P->getType());
    bool Same =
        Of && Field && Of->getCanonicalDecl() == Field->getCanonicalDecl();
    if (Same || T.role(P->getType()) == ir::Role::Lock) {
      Out.Param = P->getFunctionScopeIndex();
      if (Same)
        Out.Path = Info.LockPath;
      return Out;
    }
  }
  return std::nullopt;
}

} // namespace runnel::frontend
