//===- select-default-spin.cpp - Loops that poll instead of waiting -------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

/// Whether an event takes time or gives way, so that the loop does not spin.
static bool givesWay(const ir::Event &E) {
  switch (E.What) {
  case ir::Op::Call:
    // A loop that calls something has work to do between two looks.
    return !E.has(ir::SystemCallee);
  case ir::Op::Block:
  case ir::Op::Suspend:
  case ir::Op::Join:
  case ir::Op::Wait:
  case ir::Op::CountWait:
  case ir::Op::Lock:
  case ir::Op::GuardBegin:
    return true;
  case ir::Op::Send:
  case ir::Op::Recv:
    return !E.has(ir::Try);
  default:
    return false;
  }
}

static bool handlerGivesWay(const ir::Program &P, const ir::SelectCase &C) {
  if (C.Handler.How != ir::Operand::Lambda)
    return false;
  const ir::Function *Body = P.function(C.Handler.Symbol);
  bool Gives = false;
  if (Body)
    forEachEvent(*Body, [&](Point, const ir::Event &E) {
      Gives |= givesWay(E) ||
               (E.What == ir::Op::Select &&
                llvm::none_of(E.Cases, [](const ir::SelectCase &Each) {
                  return Each.How == ir::SelectCase::Otherwise;
                }));
    });
  return Gives;
}

/// The select comes round to itself without anything on the way that waits.
static bool spins(const ir::Program &P, const ir::Function &F, Point At,
                  const ir::Event &Select) {
  auto Otherwise = llvm::find_if(Select.Cases, [](const ir::SelectCase &C) {
    return C.How == ir::SelectCase::Otherwise;
  });
  if (Otherwise == Select.Cases.end() || handlerGivesWay(P, *Otherwise))
    return false;
  return nextAfter(
             F, At, [&](const ir::Event &E) { return &E == &Select; },
             [&](const ir::Event &E) {
               return givesWay(E) || E.What == ir::Op::Select;
             })
      .has_value();
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Select || !spins(F.program(), Fn, At, E))
        return;
      Finding Found;
      Found.Check = "runnel-select-default-spin";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "this loop polls its channels: with 'otherwise' the "
                      "select never waits, and a core is kept busy";
      for (const ir::SelectCase &C : E.Cases)
        if (C.How == ir::SelectCase::Otherwise)
          Found.Notes.push_back({C.Where, "this case is taken at once when "
                                          "nothing is ready"});
      Found.Notes.push_back({E.Where, "leave 'otherwise' out, so that the "
                                      "select waits"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-default-spin", Level::Default,
                                 run);

} // namespace runnel
