//===- cv-wait-unlocked.cpp - Waits with a guard that holds nothing -------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Places.h"

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function *Fn : F.callGraph().functions()) {
    const HeldLocks &Held = F.held(*Fn);
    if (Held.trivial() || Fn->System || Fn->Incomplete)
      continue;
    Held.walk([&](Point At, const ir::Event &E, const LockState &Before) {
      if (E.What != ir::Op::Wait || E.Other == ir::NoPlace ||
          Fn->place(E.Other).Root != ir::Place::Local)
        return;
      // Deferred and never locked, or unlocked again, on every way.
      const Hold *Has = Before.ofGuard(E.Other);
      if (!Has || Has->Is != Presence::No || Before.sure(Has->Lock))
        return;
      const std::string Guard = "'" + pretty(*Fn, Fn->place(E.Other)) + "'",
                        Cv = "'" + E.Spelling.str().str() + "'";
      Finding Found;
      Found.Check = "runnel-cv-wait-unlocked";
      Found.Where = E.Where;
      Found.Symbol = Fn->Id.str().str();
      Found.Message = Cv + " is waited for with " + Guard +
                      ", which has its lock not locked: that is undefined, "
                      "and misses notifications";
      if (Has->At.valid())
        Found.Notes.push_back(
            {rangeAt(*Fn, Has->At), Guard + " is left unlocked here"});
      Found.Notes.push_back(
          {rangeAt(*Fn, At), "lock " + Guard + " before this"});
      Out.push_back(std::move(Found));
    });
  }
  return Out;
}

static const CheckRegistration X("runnel-cv-wait-unlocked", Level::Default,
                                 run);

} // namespace runnel
