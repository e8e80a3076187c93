//===- share-mailbox.cpp - One value handed over under a mutex ------------===//

#include "checks/Check.h"
#include "checks/analysis/Paths.h"
#include "checks/share/Pattern.h"

namespace runnel::share {

using namespace analysis;

/// A promise that a goroutine fulfils: whoever waits for the future blocks a
/// thread, and cannot give up.
static void promises(const Facts &F, std::vector<Finding> &Out) {
  const ir::Program &P = F.program();
  for (const ir::Function &Fn : P.module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.spawnKind() != ir::SpawnKind::Goroutine)
        return;
      const ir::Function *Body = P.function(E.Callee);
      if (!Body)
        return;
      const ir::Event *Set = nullptr;
      forEachEvent(*Body, [&](Point, const ir::Event &Inner) {
        if (Inner.What == ir::Op::PromiseSet && Inner.Subject != ir::NoPlace &&
            Body->place(Inner.Subject).Root == ir::Place::Capture && !Set)
          Set = &Inner;
      });
      if (!Set)
        return;
      const std::string Name = pretty(*Body, Body->place(Set->Subject));
      Finding Found;
      Found.Check = "runnel-share-mailbox";
      Found.Where = Set->Where;
      Found.Symbol = Fn.Id.str().str() + "::" + Name;
      Found.Message = "the promise '" + Name +
                      "' hands one value from a goroutine to whoever waits "
                      "for its future, and blocks that thread meanwhile";
      Found.Notes.push_back({E.Where, "the goroutine is started here"});
      Found.Notes.push_back(
          {Set->Where, "question 1 of 'share memory by communicating' decides, "
                       "does it transfer ownership of data: the value is made "
                       "here and used there"});
      Found.Notes.push_back(
          {E.Where, "use a runnel::channel of capacity 1, or runnel::spawn, "
                    "whose handle joins with the result"});
      Out.push_back(std::move(Found));
    });
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const Pattern &M : findPatterns(F)) {
    if (M.What != Pattern::Mailbox)
      continue;
    const std::string Data = nameOf(P, M.Data), Put = M.Put.function(),
                      Take = M.Take.function();
    Finding Found;
    Found.Check = "runnel-share-mailbox";
    Found.Where = M.where(P);
    Found.Symbol = M.symbol(P);
    Found.Message = M.subject(P) +
                    " is a mailbox for one value: " + M.parts(P) +
                    " hand it from '" + Put + "' to '" + Take + "'";
    Found.Notes.push_back({M.Put.Where, "'" + Put + "' fills it here"});
    Found.Notes.push_back(
        {M.Take.Where, "'" + Take +
                           "' waits here until it is full, and "
                           "empties it"});
    Found.Notes.push_back(
        question(M, P, "the value belongs to '" + Take + "' from then on"));
    Found.Notes.push_back(
        {whereIs(P, M.Data),
         "a runnel::channel of capacity 1 is all of it: send() in '" + Put +
             "', recv() in '" + Take + "'"});
    Out.push_back(std::move(Found));
  }
  promises(F, Out);
  return Out;
}

static const CheckRegistration X("runnel-share-mailbox", Level::Default, run);

} // namespace runnel::share
