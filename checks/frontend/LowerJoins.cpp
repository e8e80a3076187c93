//===- LowerJoins.cpp - `if (a || b)` where clang joins before it decides -===//
//
// Where temporaries live to the end of a condition, clang's CFG computes the
// value of `a || b` first, joins what came after `a` alone with what came after
// `b`, and decides on the value there. Who reads the graph would think that
// either may follow on either. Here the ways are led past the join: what
// decided `a` decides the whole, and `b` decides for itself, as in conditions
// without temporaries. Guarded by test/frontend/joined_conditions.cpp.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;

static const BinaryOperator *logical(const Stmt *S) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  const auto *Op = E ? dyn_cast<BinaryOperator>(peel(E)) : nullptr;
  return Op && Op->isLogicalOp() ? Op : nullptr;
}

/// \p Part is \p Whole or one of its operands' operands.
static bool within(const BinaryOperator *Part, const BinaryOperator *Whole,
                   unsigned Depth = 0) {
  if (!Whole || Depth > 64)
    return false;
  return Part == Whole || within(Part, logical(Whole->getLHS()), Depth + 1) ||
         within(Part, logical(Whole->getRHS()), Depth + 1);
}

/// The operand that is evaluated last, if all before it let it be.
static const Expr *last(const BinaryOperator *Whole) {
  const Expr *E = Whole->getRHS();
  while (const BinaryOperator *Op = logical(E))
    E = Op->getRHS();
  return E;
}

void Lowering::threadJoins(llvm::ArrayRef<const CFGBlock *> Order) {
  for (const CFGBlock *Join : Order) {
    const CFGTerminator Term = Join->getTerminator();
    const BinaryOperator *Whole = logical(Join->getLastCondition());
    const ir::BlockId At = BlockOf[Join];
    if (!Whole || !Term.isValid() || !Term.isStmtBranch() ||
        F.Blocks[At].Succs.size() != 2 || !F.Blocks[At].Events.empty() ||
        isa<BinaryOperator>(Term.getStmt()) || Join->getLabel())
      continue;
    const ir::BlockId Yes = F.Blocks[At].Succs[0], No = F.Blocks[At].Succs[1];
    // Unless all who lead here are understood, all stays as it is.
    const CFGBlock *Rest = nullptr;
    bool Known = true;
    for (const CFGBlock *From : Order) {
      if (From == Join || !llvm::is_contained(F.Blocks[BlockOf[From]].Succs, At))
        continue;
      const ir::Block &B = F.Blocks[BlockOf[From]];
      const auto *Op =
          dyn_cast_or_null<BinaryOperator>(From->getTerminatorStmt());
      if (B.Succs.size() == 1 && !Rest && !From->getTerminatorStmt())
        Rest = From;
      else
        Known &= Op && Op->isLogicalOp() && within(Op, Whole) &&
                 B.Succs.size() == 2 && B.Succs[0] != B.Succs[1];
    }
    if (!Known || !Rest || Yes == At || No == At)
      continue;
    for (const CFGBlock *From : Order) {
      ir::Block &B = F.Blocks[BlockOf[From]];
      if (From == Join || From == Rest || B.Succs.size() != 2)
        continue;
      if (B.Succs[0] == At)
        B.Succs[0] = Yes;
      else if (B.Succs[1] == At)
        B.Succs[1] = No;
    }
    ir::Block &Decides = F.Blocks[BlockOf[Rest]];
    ir::Block &Old = F.Blocks[At];
    Current = &Decides;
    CurrentStatement = Facts.statementOf(Whole);
    Decides.Cond = condition(last(Whole));
    Current = nullptr;
    Decides.Term = Old.Term;
    Decides.TermRange = Old.TermRange;
    Decides.Trips = Old.Trips;
    Decides.Succs = {Yes, No};
    Old = {};
  }
}

} // namespace runnel::frontend
