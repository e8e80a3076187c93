//===- chan-blocked.cpp - Goroutines that wait for each other for ever ----===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/LockGraph.h"
#include "checks/analysis/ProtocolStory.h"

#include <map>
#include <set>

namespace runnel {

using namespace analysis;

/// The locks that the web checks have something to say of.
static std::set<ir::Name> toldByTheWeb(const Facts &F) {
  std::set<ir::Name> Out;
  const LockGraph &G = F.lockGraph();
  for (const Reentry &R : G.reentries())
    Out.insert(R.Lock.Symbol);
  for (const std::vector<uint32_t> &Cycle : G.cycles())
    for (uint32_t Edge : Cycle) {
      Out.insert(G.nodes()[G.edges()[Edge].From].Symbol);
      Out.insert(G.nodes()[G.edges()[Edge].To].Symbol);
    }
  return Out;
}

/// Goroutines that wait for members and globals that no web check knows to be
/// in a cycle. Aliases and calls through function objects lead there.
static bool isNews(const protocol::Blocked &B, const std::set<ir::Name> &Told) {
  unsigned Waiting = 0;
  for (const protocol::Party &P : B.Parties)
    for (const protocol::Meeting &M : P.WaitsFor) {
      if (M.How != protocol::Object::Mutex)
        continue;
      if (!M.Class || Told.count(M.Class))
        return false;
      ++Waiting;
    }
  return Waiting > 0;
}

static std::vector<Finding> run(const Facts &F, const Options &O) {
  protocol::Budget B =
      protocol::budgetOf([&](const char *Key, uint64_t Default) {
        return uint64_t(O.get(Key, long(Default)));
      });
  const protocol::Exploration &All = F.protocols(B);

  // One finding for each operation that blocks: the one with the shortest
  // schedule. Scopes come in the order of their symbols, so ties are stable.
  const std::set<ir::Name> Told = toldByTheWeb(F);
  std::map<ir::Range, const protocol::Blocked *> Best;
  std::set<std::pair<const ir::Function *, std::vector<ir::Range>>> Knots;
  for (const protocol::Blocked &Each : All.Found) {
    protocol::Story S(Each);
    // Lock order is told by the web checks, with both traces, where they see
    // it.
    if (S.onlyMutexes() && !S.unseenByTheWeb() && !isNews(Each, Told))
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
                    S.waitsTo(S.causeNumber()) + S.inShort();
    for (auto &[At, Text] : S.whyNobody())
      Found.Notes.push_back({At, Text});
    for (auto &[At, Text] : S.schedule())
      Found.Notes.push_back({At, Text});
    Found.Notes.push_back({Where, S.advice()});
    // A group that the loop waits for which counts it up.
    if (S.cause().E->What == ir::Op::CountWait) {
      Found.Topics.push_back("wait in " + S.cause().F->Symbol.str().str() +
                             " at " + std::to_string(Where.Begin.Offset));
      Found.CoveredBy = {"runnel-wait-group-misuse"};
    }
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const OptionInfo Known[] = {
    {"StatesPerScope", "20000",
     "states of one scope that are explored before it is given up"},
    {"StatesInAll", "400000", "the same for all scopes of the program"},
    {"WorkPerScope", "1000000",
     "steps of one scope that are taken before it is given up: what bounds the "
     "time, at about ten million a second"},
    {"WorkInAll", "12000000", "the same for all scopes of the program"},
};
static const CheckRegistration X("runnel-chan-blocked", Level::Default, run,
                                 Known, /*WholeProgram=*/true);

} // namespace runnel
