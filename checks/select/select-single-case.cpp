//===- select-single-case.cpp - Selects with nothing to choose from -------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Select || E.Cases.size() != 1)
        return;
      const ir::SelectCase &C = E.Cases.front();
      if (C.How != ir::SelectCase::Recv && C.How != ir::SelectCase::Send)
        return;
      bool Sends = C.How == ir::SelectCase::Send;
      Finding Found;
      Found.Check = "runnel-select-single-case";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "a select with a single case is a plain " +
                      std::string(Sends ? "send" : "receive");
      Found.Notes.push_back({C.Where, "this is its only case"});
      Found.Notes.push_back({E.Where, std::string("call ") +
                                          (Sends ? "send" : "recv") +
                                          " on the channel, or add the case "
                                          "that is missing"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-single-case", Level::Default,
                                 run);

} // namespace runnel
