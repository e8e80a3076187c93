//===- share-flag-polling.cpp - Flags that are looked at now and then -----===//

#include "checks/Check.h"
#include "checks/analysis/Goroutines.h"
#include "checks/analysis/Paths.h"
#include "checks/share/Polling.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

static std::string duration(int64_t Nanos) {
  for (auto [Unit, Name] : {std::pair<int64_t, const char *>(1000000000, " s"),
                            {1000000, " ms"},
                            {1000, " us"}})
    if (Nanos >= Unit && Nanos % Unit == 0)
      return std::to_string(Nanos / Unit) + Name;
  return std::to_string(Nanos) + " ns";
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  Polls All = findPolls(F);
  if (All.Found.empty())
    return Out;
  const std::set<const ir::Function *> Handlers = signalHandlers(P);
  std::set<Entity> Said;
  for (const Poll &Each : All.Found) {
    const ir::TypeRef *T = typeOf(P, Each.On);
    if (!T || Said.count(Each.On) ||
        llvm::StringRef(T->Spelling.str()).contains("sig_atomic_t"))
      continue;
    // In a goroutine it gives nobody a turn, which fiber-busy-loop speaks of.
    if (Each.How != Poll::Sleep && Each.OnlyWaits && Each.In &&
        F.goroutines().runs(*Each.In))
      continue;
    // A spin that is over in no time is the business of a lock-free algorithm,
    // unless it waits for a plain flag.
    if (Each.How != Poll::Sleep &&
        !llvm::StringRef(T->Spelling.str()).contains("bool"))
      continue;
    std::vector<const DataUse *> Sets;
    bool Else = false;
    for (const DataUse &U : All.Uses.of(Each.On)) {
      if (U.How == DataUse::Read)
        continue;
      Else |= U.How != DataUse::Write || !U.Value || Handlers.count(U.In);
      if (U.In != Each.In)
        Sets.push_back(&U);
      else if (Each.How != Poll::Sleep)
        Else = true; // a lock, or a hand-over in turns
    }
    if (Sets.empty() || Else)
      continue;
    Said.insert(Each.On);
    Finding Found;
    Found.Check = "runnel-share-flag-polling";
    Found.Where = Each.Where;
    Found.Symbol = className(P, Each.On);
    Found.Topics.push_back(Each.On.Symbol.str().str());
    Found.Message =
        "'" + Each.Name + "' is polled" +
        (Each.How == Poll::Sleep
             ? (Each.Nanos ? ", with a sleep of " + duration(*Each.Nanos) +
                                 " between two looks"
                           : std::string(", with a sleep between two looks"))
             : std::string(" in a loop that spins")) +
        (Each.How == Poll::Sleep
             ? ": it is seen late, and the thread wakes up for nothing"
             : ": it takes a processor to wait");
    if (Each.Pause.valid())
      Found.Notes.push_back({Each.Pause, Each.How == Poll::Sleep
                                             ? "it sleeps here"
                                             : "it yields here"});
    Found.Notes.push_back(
        {rangeAt(*Sets.front()->In, Sets.front()->At), "it is set here"});
    Found.Notes.push_back(
        {Each.Where, "question 3 of 'share memory by communicating' decides, "
                     "does it coordinate pieces of logic: '" +
                         Each.Name +
                         "' tells another thread to go on or stop"});
    Found.Notes.push_back(
        {Each.Where,
         Each.OnlyWaits
             ? "close a runnel::channel<void> instead of setting it, and "
               "receive from that instead of looking"
             : "pass a runnel::context: select on ctx.done() and "
               "on_timeout() instead of the sleep, and cancel instead of "
               "setting it"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-share-flag-polling", Level::Default,
                                 run);

} // namespace runnel::share
