//===- select-as-sleep.cpp - Selects that only wait for time to pass ------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Select || E.Cases.size() != 1 ||
          E.Cases.front().How != ir::SelectCase::Timeout)
        return;
      Finding Found;
      Found.Check = "runnel-select-as-sleep";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "a select with nothing but a timeout is a sleep";
      Found.Notes.push_back({E.Cases.front().Where, "this is its only case"});
      Found.Notes.push_back(
          {E.Where, "call runnel::sleep_for, or add a case for a context's "
                    "done() so that the wait can be cut short"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-as-sleep", Level::Default, run);

} // namespace runnel
