//===- LowerContracts.cpp - What attributes promise about locks -----------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::LockContract;
using ir::NoPlace;

void Lowering::lowerContracts(const FunctionDecl *D) {
  // Attributes may stand on the declaration in the class alone.
  auto Add = [&](LockContract::Kind What, bool Shared, bool Success,
                 auto Args) {
    bool Any = false;
    for (const Expr *E : Args) {
      // Old spellings may name a lock in a string.
      if (!E || isa<clang::StringLiteral>(E->IgnoreParenImpCasts()))
        continue;
      // !mu: must not be held.
      LockContract C;
      C.What = What;
      const Expr *Lock = E->IgnoreParenImpCasts();
      if (const auto *U = dyn_cast<UnaryOperator>(Lock);
          U && U->getOpcode() == UO_LNot) {
        C.What = LockContract::Excludes;
        Lock = U->getSubExpr();
      }
      C.Shared = Shared;
      C.Success = Success;
      C.Lock = resolve(Lock);
      Any = true;
      if (C.Lock != NoPlace && !llvm::is_contained(F.Contracts, C))
        F.Contracts.push_back(C);
    }
    return Any;
  };
  // Redeclarations inherit attributes, and the last has them all.
  const FunctionDecl *Full = D->getMostRecentDecl();
  for (const Attr *A : Full->attrs()) {
    if (const auto *R = dyn_cast<RequiresCapabilityAttr>(A))
      Add(LockContract::Requires, R->isShared(), true, R->args());
    else if (const auto *R = dyn_cast<AssertCapabilityAttr>(A))
      Add(LockContract::Requires, R->isShared(), true, R->args());
    else if (const auto *R = dyn_cast<AcquireCapabilityAttr>(A))
      Add(LockContract::Acquires, R->isShared(), true, R->args());
    else if (const auto *R = dyn_cast<ReleaseCapabilityAttr>(A))
      Add(LockContract::Releases, R->isShared(), true, R->args());
    else if (const auto *R = dyn_cast<LocksExcludedAttr>(A))
      Add(LockContract::Excludes, false, true, R->args());
    else if (const auto *R = dyn_cast<TryAcquireCapabilityAttr>(A)) {
      bool Success = true;
      if (auto Value = constant(R->getSuccessValue()))
        Success = *Value != 0;
      Add(LockContract::TryAcquires, R->isShared(), Success, R->args());
    } else if (const auto *R = dyn_cast<LockReturnedAttr>(A)) {
      const Expr *Arg = R->getArg();
      Add(LockContract::Returns, false, true,
          llvm::ArrayRef<const Expr *>(Arg));
    }
  }
}

} // namespace runnel::frontend
