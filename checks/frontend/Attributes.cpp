//===- Attributes.cpp - Clang's thread-safety attributes ------------------===//

#include "checks/frontend/Shapes.h"

namespace runnel::frontend {

using namespace clang;

bool classifyByAttribute(Types &T, const CXXRecordDecl *R, RecordInfo &Info) {
  if (!R->hasAttrs())
    return false;
  if (R->hasAttr<ScopedLockableAttr>()) {
    // The parameter it locks is named by its constructors' attributes; the
    // shape may know the field too.
    classifyByShape(T, R, Info);
    Info.ByShape = false;
    Info.ByAttribute = true;
    Info.Is = ir::Role::Guard;
    Info.Traits |= ir::LockWrapper | ir::UserDefined;
    return true;
  }
  const auto *Capability = R->getAttr<CapabilityAttr>();
  if (!Capability)
    return false;
  // capability("role") and the like name threads and sequences, not locks.
  llvm::StringRef Name = Capability->getName();
  if (!Name.contains_insensitive("mutex") &&
      !Name.contains_insensitive("lock") &&
      !Name.contains_insensitive("semaphore"))
    return false;
  classifyByShape(T, R, Info);
  Info.ByShape = false;
  Info.ByAttribute = true;
  Info.Is = ir::Role::Lock;
  Info.Traits |= ir::UserDefined;
  if (onlyLocks(R))
    Info.Traits |= ir::LockWrapper;
  if (Name.contains_insensitive("shared"))
    Info.Traits |= ir::SharedMode;
  if (llvm::any_of(R->attrs(), [](const Attr *A) {
        return llvm::StringRef(A->getSpelling()) == "reentrant_capability";
      }))
    Info.Traits |= ir::Recursive;
  return true;
}

std::optional<Action> attributeMeaning(Types &, const FunctionDecl *F) {
  if (!F->hasAttrs())
    return std::nullopt;
  // An attribute without arguments is about the function's own object; one
  // with arguments is a contract, which the function's record carries.
  const auto *M = dyn_cast<CXXMethodDecl>(F);
  if (!M || M->isStatic())
    return std::nullopt;
  Action A;
  if (const auto *Acquire = F->getAttr<AcquireCapabilityAttr>()) {
    if (Acquire->args_size() > 0)
      return std::nullopt;
    A.What = Verb::Lock;
    A.Flags = Acquire->isShared() ? ir::Shared : 0;
    return A;
  }
  if (const auto *Try = F->getAttr<TryAcquireCapabilityAttr>()) {
    if (Try->args_size() > 0)
      return std::nullopt;
    A.What = Verb::Lock;
    A.Flags = ir::Try | (Try->isShared() ? ir::Shared : 0);
    if (const auto *Value = dyn_cast<CXXBoolLiteralExpr>(
            Try->getSuccessValue()->IgnoreParens());
        Value && !Value->getValue())
      A.Success = 0;
    return A;
  }
  if (const auto *Release = F->getAttr<ReleaseCapabilityAttr>()) {
    if (Release->args_size() > 0)
      return std::nullopt;
    A.What = Verb::Unlock;
    A.Flags = Release->isShared() ? ir::Shared : 0;
    return A;
  }
  return std::nullopt;
}

} // namespace runnel::frontend
