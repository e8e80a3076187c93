//===- chan-blocked.cpp - Goroutines that wait for each other for ever ----===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/ProtocolStory.h"

#include <map>
#include <set>

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &O) {
  protocol::Budget B;
  B.StatesPerScope = O.get("StatesPerScope", long(B.StatesPerScope));
  B.StatesInAll = O.get("StatesInAll", long(B.StatesInAll));
  protocol::Exploration All = protocol::explore(F.program(), B);

  // One finding for each operation that blocks: the one with the shortest
  // schedule. Scopes come in the order of their symbols, so ties are stable.
  std::map<ir::Range, const protocol::Blocked *> Best;
  std::set<std::pair<const ir::Function *, std::vector<ir::Range>>> Knots;
  for (const protocol::Blocked &Each : All.Found) {
    protocol::Story S(Each);
    // Lock order is told by the web checks, with both traces.
    if (S.onlyMutexes())
      continue;
    // A wait whose lock is the caller's is a wrapper: what it waits for, and
    // whether that has come true, is the caller's to know.
    const ir::Event &E = *S.cause().E;
    if (E.What == ir::Op::Wait &&
        (E.Other == ir::NoPlace ||
         S.cause().F->place(E.Other).Root != ir::Place::Local))
      continue;
    // A lock and a channel in one knot block at either of them, depending on
    // who comes first: one finding.
    std::vector<ir::Range> Knot = S.knot();
    if (!Knot.empty() && !Knots.insert({Each.Scope, Knot}).second)
      continue;
    const protocol::Blocked *&Slot = Best[S.cause().E->Where];
    if (!Slot || Each.Schedule.size() < Slot->Schedule.size())
      Slot = &Each;
  }
  std::vector<Finding> Out;
  for (const auto &[Where, Each] : Best) {
    protocol::Story S(*Each);
    Finding Found;
    Found.Check = "runnel-chan-blocked";
    Found.Where = Where;
    Found.Symbol = S.cause().F->Id.str();
    Found.Message = S.who(S.causeNumber()) + " can wait for ever " +
                    S.waitsTo(S.causeNumber());
    for (auto &[At, Text] : S.whyNobody())
      Found.Notes.push_back({At, Text});
    for (auto &[At, Text] : S.schedule())
      Found.Notes.push_back({At, Text});
    Found.Notes.push_back({Where, S.advice()});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const OptionInfo Known[] = {
    {"StatesPerScope", "20000",
     "states of one scope that are explored before it is given up"},
    {"StatesInAll", "400000", "the same for all scopes of the program"},
};
static const CheckRegistration X("runnel-chan-blocked", Level::Default, run,
                                 Known, /*WholeProgram=*/true);

} // namespace runnel
