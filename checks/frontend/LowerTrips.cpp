//===- LowerTrips.cpp - How often a loop runs -----------------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;

/// for (int i = 0; i < N; ++i), and loops over what has a size.
ir::TripCount Lowering::tripsOf(const Stmt *Loop) {
  ir::TripCount Out;
  if (const auto *Range = dyn_cast<CXXForRangeStmt>(Loop)) {
    const Expr *Over = Range->getRangeInit();
    if (!Over)
      return Out;
    if (const auto *Array = Context.getAsConstantArrayType(
            Over->IgnoreParenImpCasts()->getType())) {
      Out.What = ir::TripCount::Known;
      Out.Value = Array->getSize().getZExtValue();
      return Out;
    }
    if (const auto *List = dyn_cast<CXXStdInitializerListExpr>(peel(Over)))
      if (const auto *Init = dyn_cast<InitListExpr>(peel(List->getSubExpr()))) {
        Out.What = ir::TripCount::Known;
        Out.Value = Init->getNumInits();
        return Out;
      }
    ir::Name Text = canonicalText(Over);
    if (!Text || T.role(Over->getType()) != ir::Role::Container)
      return Out;
    Out.What = ir::TripCount::Symbolic;
    Out.Text = ir::Name((Text.str() + ".size()").str());
    readsOf(Over, Out.Reads);
    return Out;
  }
  const auto *For = dyn_cast<ForStmt>(Loop);
  if (!For || !For->getCond() || !For->getInc() || !For->getInit())
    return Out;
  const auto *Init = dyn_cast<DeclStmt>(For->getInit());
  const auto *V = Init && Init->isSingleDecl()
                      ? dyn_cast<VarDecl>(Init->getSingleDecl())
                      : nullptr;
  const auto *Cond = dyn_cast<BinaryOperator>(peel(For->getCond()));
  const auto *Inc = dyn_cast<UnaryOperator>(peel(For->getInc()));
  if (!V || !V->getInit() || !Cond || !Inc || !Inc->isIncrementOp() ||
      !V->getType()->isIntegerType())
    return Out;
  // The increment alone may change it.
  auto Assigned = Facts.Assigned.find(V);
  if (Assigned == Facts.Assigned.end() || Assigned->second.size() != 1)
    return Out;
  auto Is = [&](const Expr *E) {
    const auto *D = dyn_cast<DeclRefExpr>(peel(E));
    return D && D->getDecl() == V;
  };
  if (!Is(Inc->getSubExpr()) || !Is(Cond->getLHS()))
    return Out;
  int64_t More = 0;
  switch (Cond->getOpcode()) {
  case BO_LT:
  case BO_NE:
    break;
  case BO_LE:
    More = 1;
    break;
  default:
    return Out;
  }
  std::optional<int64_t> From = constant(V->getInit());
  if (!From)
    return Out;
  if (std::optional<int64_t> To = constant(Cond->getRHS())) {
    Out.What = ir::TripCount::Known;
    Out.Value = std::max<int64_t>(0, *To - *From + More);
    return Out;
  }
  if (*From != 0 || More)
    return Out;
  Out.Text = canonicalText(Cond->getRHS());
  if (!Out.Text)
    return Out;
  Out.What = ir::TripCount::Symbolic;
  readsOf(Cond->getRHS(), Out.Reads);
  return Out;
}

} // namespace runnel::frontend
