//===- ShapeWords.cpp - The words locks are written with ------------------===//
//
// Names are compared without case and underscores. They never decide that a
// class is a lock; they tell the methods of a class apart that has the shape of
// one.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Shapes.h"

#include "llvm/ADT/StringSwitch.h"

namespace runnel::frontend {

using namespace clang;

LockWord lockWord(llvm::StringRef Name) {
  llvm::SmallString<32> Folded;
  for (char C : Name)
    if (C != '_')
      Folded += llvm::toLower(C);
  return llvm::StringSwitch<LockWord>(Folded)
      .Cases({"lock", "acquire", "enter", "lockexclusive", "writelock",
              "lockwrite", "wlock", "wrlock", "acquirewrite",
              "acquireexclusive", "writerlock", "lockforwrite", "relock",
              "exclusivelock", "lockwriter", "acquirelock", "mutexlock"},
             LockWord::Lock)
      .Cases({"unlock", "release", "leave", "unlockexclusive", "writeunlock",
              "unlockwrite", "wunlock", "wrunlock", "releasewrite",
              "releaseexclusive", "writerunlock", "unlockforwrite",
              "exclusiveunlock", "unlockwriter", "releaselock", "mutexunlock"},
             LockWord::Unlock)
      .Cases({"trylock", "tryacquire", "tryenter", "trylockexclusive",
              "trywritelock", "trylockforwrite", "writertrylock", "trywrlock",
              "try", "tryacquirelock", "attempt", "attemptlock"},
             LockWord::TryLock)
      .Cases({"trylockfor", "trylockuntil", "timedlock", "lockfor", "lockuntil",
              "tryacquirefor", "tryacquireuntil"},
             LockWord::TimedLock)
      .Cases({"lockshared", "readlock", "lockread", "rlock", "rdlock",
              "acquireread", "acquireshared", "readerlock", "lockforread",
              "sharedlock", "lockreader"},
             LockWord::LockShared)
      .Cases({"unlockshared", "readunlock", "unlockread", "runlock", "rdunlock",
              "releaseread", "releaseshared", "readerunlock", "unlockforread",
              "sharedunlock", "unlockreader"},
             LockWord::UnlockShared)
      .Cases({"trylockshared", "tryreadlock", "tryrdlock", "readertrylock",
              "trylockforread", "tryacquireshared"},
             LockWord::TryLockShared)
      .Cases({"trylocksharedfor", "trylockshareduntil"},
             LockWord::TimedLockShared)
      .Cases({"ownslock", "owns", "locked", "islocked", "hasacquiredlock",
              "isheld", "held"},
             LockWord::Owns)
      .Cases({"nativehandle", "assertheld", "assertreaderheld", "assertnotheld",
              "mutex", "get", "gethandle", "handle", "swap", "name", "setname",
              "ownedbycurrentthread", "assertacquired"},
             LockWord::Neutral)
      .Default(LockWord::None);
}

bool assertsHeld(const FunctionDecl *F) {
  if (!F || !F->getIdentifier() || !isa<CXXMethodDecl>(F))
    return false;
  llvm::StringRef Name = F->getName();
  return Name.starts_with_insensitive("assert") &&
         (Name.ends_with_insensitive("held") ||
          Name.ends_with_insensitive("acquired")) &&
         !Name.contains_insensitive("not");
}

static std::optional<Action> lockAction(LockWord W, const CXXMethodDecl *M) {
  Action A;
  bool Bool = M->getReturnType()->isBooleanType();
  switch (W) {
  case LockWord::Lock:
  case LockWord::LockShared:
    A.What = Verb::Lock;
    // A lock() that says whether it did may fail.
    A.Flags = Bool ? ir::Try : 0;
    break;
  case LockWord::TryLock:
  case LockWord::TryLockShared:
    A.What = Verb::Lock;
    A.Flags = ir::Try;
    break;
  case LockWord::TimedLock:
  case LockWord::TimedLockShared:
    A.What = Verb::Lock;
    A.Flags = ir::Try | ir::WithTimeout;
    break;
  case LockWord::Unlock:
  case LockWord::UnlockShared:
    A.What = Verb::Unlock;
    break;
  case LockWord::Owns:
    A.What = Verb::Owns;
    break;
  case LockWord::Neutral:
    A.What = Verb::Reader;
    break;
  case LockWord::None:
    return std::nullopt;
  }
  if (W == LockWord::LockShared || W == LockWord::UnlockShared ||
      W == LockWord::TryLockShared || W == LockWord::TimedLockShared)
    A.Flags |= ir::Shared;
  return A;
}

static std::optional<Action> condVarAction(const CXXMethodDecl *M) {
  llvm::SmallString<32> Folded;
  for (char C : M->getName())
    if (C != '_')
      Folded += llvm::toLower(C);
  Action A;
  A.Subject = Action::Object;
  if (Folded.starts_with("wait") || Folded.starts_with("timedwait")) {
    A.What = Verb::Wait;
    if (Folded != "wait")
      A.Flags = ir::WithTimeout;
    if (M->getNumParams() > 0)
      A.Other = 0;
    return A;
  }
  A.What = Verb::Notify;
  if (Folded == "signalall" || Folded == "notifyall" || Folded == "broadcast" ||
      Folded == "wakeall")
    A.Flags = ir::All;
  else if (Folded != "signal" && Folded != "notify" && Folded != "notifyone" &&
           Folded != "wake" && Folded != "wakeone")
    return std::nullopt;
  return A;
}

std::optional<Action> shapedMeaning(Types &T, const CXXMethodDecl *M,
                                    const RecordInfo &Info) {
  if (M->isStatic())
    return std::nullopt;
  if (std::optional<Action> A = attributeMeaning(T, M)) {
    if (Info.Is == ir::Role::Guard) {
      if (A->What == Verb::Lock)
        A->What = Verb::GuardLock;
      else if (A->What == Verb::Unlock)
        A->What = Verb::GuardUnlock;
    }
    return A;
  }
  if (!M->getIdentifier()) {
    if (Info.Is != ir::Role::Guard)
      return std::nullopt;
    if (const auto *C = dyn_cast<CXXConversionDecl>(M);
        C && C->getConversionType()->isBooleanType()) {
      Action A;
      A.What = Verb::Owns;
      return A;
    }
    if (M->getOverloadedOperator() == OO_Arrow ||
        M->getOverloadedOperator() == OO_Star) {
      Action A;
      A.What = Verb::Element;
      return A;
    }
    return std::nullopt;
  }
  switch (Info.Is) {
  case ir::Role::Lock:
    return lockAction(lockWord(M->getName()), M);
  case ir::Role::CondVar:
    return condVarAction(M);
  case ir::Role::Guard: {
    std::optional<Action> A = lockAction(lockWord(M->getName()), M);
    if (A && A->What == Verb::Lock)
      A->What = Verb::GuardLock;
    else if (A && A->What == Verb::Unlock)
      A->What = Verb::GuardUnlock;
    return A;
  }
  default:
    return std::nullopt;
  }
}

bool onlyLocks(const CXXRecordDecl *R) {
  unsigned Locking = 0, Other = 0;
  for (const Decl *D : R->decls()) {
    if (D->getAccess() != AS_public || D->isImplicit())
      continue;
    if (const auto *Template = dyn_cast<FunctionTemplateDecl>(D))
      D = Template->getTemplatedDecl();
    if (isa<FieldDecl>(D) && !cast<FieldDecl>(D)->isUnnamedBitField()) {
      ++Other;
      continue;
    }
    const auto *M = dyn_cast<CXXMethodDecl>(D);
    if (!M ||
        isa<CXXConstructorDecl, CXXDestructorDecl, CXXConversionDecl>(M) ||
        M->isOverloadedOperator() || M->isStatic() || !M->getIdentifier())
      continue;
    if (lockWord(M->getName()) == LockWord::None)
      ++Other;
    else
      ++Locking;
  }
  return Other == 0 || Locking >= 3 * Other;
}

} // namespace runnel::frontend
