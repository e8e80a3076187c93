//===- select-timer-in-loop.cpp - A new timer in every round --------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::MakeTimer || E.Text != "after" ||
          E.Subject == ir::NoPlace || !inLoop(Fn, At.Block))
        return;
      const ir::Event *Used = nullptr;
      forEachEvent(Fn, [&](Point, const ir::Event &Select) {
        if (Select.What != ir::Op::Select || Select.Cases.size() < 2)
          return;
        for (const ir::SelectCase &C : Select.Cases)
          if (C.Channel == E.Subject)
            Used = &Select;
      });
      if (!Used)
        return;
      Finding Found;
      Found.Check = "runnel-select-timer-in-loop";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "every round of the loop makes a timer, which lives "
                      "until it fires even if another case wins";
      Found.Notes.push_back({Used->Where, "it is one case of this select"});
      Found.Notes.push_back(
          {E.Where, "use on_timeout(...), which goes with the select, or one "
                    "runnel::timer before the loop that is reset in it"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-timer-in-loop", Level::Default,
                                 run);

} // namespace runnel
