//===- fiber-thread-affinity.cpp - Relying on which thread this is --------===//

#include "checks/Check.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/Way.h"

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const Function *Fn : F.goroutines().functions()) {
    if (!F.goroutines().runs(*Fn))
      continue;
    // One finding a function: the first call, and where the others are.
    std::vector<std::pair<const Event *, const Function *>> Calls;
    forEachEvent(*Fn, [&](Point At, const Event &E) {
      if (E.What != ir::Op::Call || !E.Callee ||
          F.goroutines().isOffloaded(*Fn, At))
        return;
      const Function *Callee = F.program().function(E.Callee);
      if (Callee && Callee->ThreadIdentity)
        Calls.push_back({&E, Callee});
    });
    if (Calls.empty())
      continue;
    const auto &[First, Callee] = Calls.front();
    Finding Found;
    Found.Check = "runnel-fiber-thread-affinity";
    Found.Where = First->Where;
    Found.Symbol = Fn->Id.str().str();
    Found.Message = "'" + Callee->Id.str().str() +
                    "' is about this thread, and the goroutine goes on in "
                    "another after it has waited";
    for (size_t I = 1; I < Calls.size() && I < 4; ++I)
      Found.Notes.push_back(
          {Calls[I].first->Where,
           "and so is '" + Calls[I].second->Id.str().str() + "'"});
    tellWay(F, *Fn, Found);
    Found.Notes.push_back(
        {First->Where,
         Callee->Id.str().contains("get_id") || Callee->Id == "gettid" ||
                 Callee->Id == "pthread_self"
             ? "runnel::this_goroutine::id() tells goroutines apart"
             : "do all that belongs to one thread in a std::thread of its own, "
               "or in one runnel::blocking call"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-fiber-thread-affinity", Level::Strict,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::fiber
