//===- share-counted-join.cpp - Counters of workers that are not done -----===//

#include "checks/Check.h"
#include "checks/share/Pattern.h"
#include "checks/share/Polling.h"

namespace runnel::share {

using namespace analysis;

static void instead(Finding &Found, ir::Range Where) {
  Found.Notes.push_back(
      {Where, "a runnel::wait_group is all of it: go() counts and starts, "
              "wait() waits until all are done"});
}

/// `while (pending > 0) sleep();`
static void polled(const Facts &F, std::vector<Finding> &Out) {
  const ir::Program &P = F.program();
  Polls All = findPolls(F);
  std::set<Entity> Said;
  for (const Poll &Each : All.Found) {
    if (!Each.OnlyWaits || Said.count(Each.On))
      continue;
    const DataUse *Step = nullptr;
    bool Else = false;
    for (const DataUse &U : All.Uses.of(Each.On)) {
      if (U.How == DataUse::Modify ||
          (U.How == DataUse::Add && (!U.Value || U.In == Each.In)))
        Else = true;
      if (U.How == DataUse::Add && U.Value &&
          (*U.Value == 1 || *U.Value == -1) && U.In->Lambda)
        Step = &U;
    }
    // Who counts was started by the function that waits, or by its class.
    if (!Step || Else)
      continue;
    const ir::Function *Body = Step->In;
    bool Started = false;
    for (const ir::Function &Fn : P.module().Functions)
      for (const ir::Block &B : Fn.Blocks)
        for (const ir::Event &E : B.Events)
          Started |= E.What == ir::Op::Spawn && E.Callee == Body->Symbol;
    if (!Started)
      continue;
    Said.insert(Each.On);
    Finding Found;
    Found.Check = "runnel-share-counted-join";
    Found.Where = Each.Where;
    Found.Symbol = className(P, Each.On);
    Found.Message = "'" + Each.Name +
                    "' counts workers that are not done, and is polled until "
                    "it says that all are";
    Found.Notes.push_back(
        {rangeAt(*Step->In, Step->At), "a worker counts itself here"});
    Found.Notes.push_back(
        {Each.Where, "question 3 of 'share memory by communicating' decides, "
                     "does it coordinate pieces of logic: '" +
                         Each.Name + "' says only when the others are done"});
    instead(Found, Each.Where);
    Out.push_back(std::move(Found));
  }
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const Pattern &J : findPatterns(F)) {
    if (J.What != Pattern::CountedJoin)
      continue;
    const std::string Count = nameOf(P, J.Data), Put = J.Put.function(),
                      Take = J.Take.function();
    Finding Found;
    Found.Check = "runnel-share-counted-join";
    Found.Where = J.where(P);
    Found.Symbol = J.symbol(P);
    Found.Message = J.subject(P) + " is a wait group: " + J.parts(P) +
                    " let '" + Take + "' wait until all are done";
    Found.Notes.push_back({J.Put.Where, "'" + Put + "' counts one here"});
    Found.Notes.push_back({J.Take.Where, "'" + Take + "' waits here"});
    Found.Notes.push_back(
        question(J, P, "'" + Count + "' says only when the others are done"));
    instead(Found, whereIs(P, J.Data));
    Out.push_back(std::move(Found));
  }
  polled(F, Out);
  return Out;
}

static const CheckRegistration X("runnel-share-counted-join", Level::Default,
                                 run);

} // namespace runnel::share
