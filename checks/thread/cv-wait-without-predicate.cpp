//===- cv-wait-without-predicate.cpp - Waits that believe every wake-up ---===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// A function that only passes a wait on: the loop is its caller's.
static bool isWrapper(const ir::Program &P, const ir::Function &F,
                      const ir::Event &Wait) {
  const ir::Record *Owner = P.record(F.Record);
  if (Owner &&
      (Owner->Is == ir::Role::CondVar || (Owner->Traits & ir::LockWrapper)))
    return true;
  if (Wait.Other == ir::NoPlace)
    return false;
  // The lock came from the caller, who knows what it waits for.
  const ir::Place &Lock = F.place(Wait.Other);
  return Lock.Root == ir::Place::Param;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Wait || E.has(ir::Predicate | ir::WithTimeout) ||
          inLoop(Fn, At.Block) || isWrapper(F.program(), Fn, E))
        return;
      std::string Name =
          E.Spelling ? E.Spelling.str().str() : "condition variable";
      Finding Found;
      Found.Check = "runnel-cv-wait-without-predicate";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message =
          "'" + Name +
          "' is waited for outside of a loop: a wake-up may be spurious, and a "
          "notification that came before is lost";
      Found.Notes.push_back(
          {E.Where, "wait with a predicate, '" + Name +
                        ".wait(lock, [&] { return ...; })', or for an event "
                        "that happens once, receive from a channel that is "
                        "closed"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-cv-wait-without-predicate",
                                 Level::Default, run);

} // namespace runnel
