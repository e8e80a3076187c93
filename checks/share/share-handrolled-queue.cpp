//===- share-handrolled-queue.cpp - Queues of a mutex and a container -----===//

#include "checks/Check.h"
#include "checks/share/Pattern.h"
#include "checks/share/Rewrite.h"

namespace runnel::share {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &O) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const Pattern &Q : findPatterns(F)) {
    if (Q.What != Pattern::Queue)
      continue;
    const std::string Data = nameOf(P, Q.Data), Put = Q.Put.function(),
                      Take = Q.Take.function();
    const bool Named = Put != Take;
    Finding Found;
    Found.Check = "runnel-share-handrolled-queue";
    Found.Where = Q.where(P);
    Found.Symbol = Q.symbol(P);
    Found.Message = Q.subject(P) + " is a hand-rolled queue: " + Q.parts(P) +
                    " pass values " +
                    (Named ? "from '" + Put + "' to '" + Take + "'"
                           : "between threads of '" + Put + "'");
    Found.Notes.push_back(
        {Q.Put.Where, "'" + Put + "' puts into '" + Data + "' here"});
    Found.Notes.push_back({Q.Take.Where, "'" + Take +
                                             "' waits here until there is "
                                             "something to take"});
    Found.Notes.push_back(question(
        Q, P, "what is put into '" + Data + "' belongs to whoever takes it"));
    std::string Instead = "a runnel::channel is all of it: send() puts, "
                          "recv() waits and takes";
    if (Q.Bounded)
      Instead += ", its capacity is the bound";
    if (!Q.Flags.empty())
      Instead += ", close() does what '" + nameOf(P, Q.Flags.front()) +
                 "' does, and recv() is empty when all is drained";
    if (Q.Timed)
      Instead += ", recv_for() gives up in time";
    Found.Notes.push_back({whereIs(P, Q.Data), Instead});
    std::optional<Fix> Rewritten =
        rewriteQueue(F, Q, O.get("Capacity", long(DefaultCapacity)));
    if (Rewritten)
      Found.Fixes.push_back(std::move(*Rewritten));
    else
      Found.Notes.push_back({whereIs(P, Q.Data), skeleton(P, Q)});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static constexpr OptionInfo Known[] = {
    {"Capacity", "1024",
     "how many values the channel holds that replaces a queue without bound"},
};

static const CheckRegistration X("runnel-share-handrolled-queue",
                                 Level::Default, run, Known);

} // namespace runnel::share
