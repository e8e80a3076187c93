//===- async-discarded.cpp - std::async that is waited for at once --------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// The future is a temporary, and dies with the statement.
static bool isDropped(const ir::Function &Fn, Point At) {
  const auto &Events = Fn.Blocks[At.Block].Events;
  const ir::Event &Spawn = Events[At.Index];
  if (Spawn.Subject == ir::NoPlace ||
      Fn.place(Spawn.Subject).Root != ir::Place::Unknown)
    return false;
  for (size_t I = At.Index + 1; I != Events.size(); ++I) {
    const ir::Event &E = Events[I];
    if (!(E.Statement == Spawn.Statement))
      return false;
    if (E.Subject == Spawn.Subject)
      return E.What == ir::Op::Join && E.has(ir::Implicit);
  }
  return false;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.spawnKind() != ir::SpawnKind::Async ||
          !isDropped(Fn, At))
        return;
      Finding Found;
      Found.Check = "runnel-async-discarded";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message =
          "what this starts is waited for at once: the destructor of the "
          "future that is dropped here blocks until it is done";
      Found.Notes.push_back(
          {E.Where, "keep the future until the result is wanted, or call the "
                    "function directly"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-async-discarded", Level::Default, run);

} // namespace runnel
