//===- share-one-shot-event.cpp - Flags that are set once and waited for --===//

#include "checks/Check.h"
#include "checks/share/Pattern.h"

namespace runnel::share {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const Pattern &E : findPatterns(F)) {
    if (E.What != Pattern::Event)
      continue;
    const std::string Flag = nameOf(P, E.Data), Put = E.Put.function(),
                      Take = E.Take.function();
    Finding Found;
    Found.Check = "runnel-share-one-shot-event";
    Found.Where = E.where(P);
    Found.Symbol = E.symbol(P);
    Found.Message = E.subject(P) +
                    " is an event that happens once: " + E.parts(P) +
                    " do what closing a channel does";
    Found.Notes.push_back({E.Put.Where, "'" + Put + "' sets '" + Flag +
                                            "' here; nobody takes it back"});
    Found.Notes.push_back({E.Take.Where, "'" + Take + "' waits for it here"});
    Found.Notes.push_back(question(E, P,
                                   "'" + Flag + "' tells '" + Take +
                                       "' how far '" + Put +
                                       "' is, and carries nothing"));
    Found.Notes.push_back(
        {whereIs(P, E.Data),
         std::string("a runnel::channel<void> is all of it: close() in '") +
             Put + "', " +
             (E.Timed ? "a select of it and on_timeout() in '"
                      : "recv() in '") +
             Take + "', for any number of waiters, and in a select too"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-share-one-shot-event", Level::Default,
                                 run);

} // namespace runnel::share
