//===- select-no-exit.cpp - Goroutines that nothing can end ---------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;
using ir::Op;

/// What is started as a goroutine: nobody waits for main to end.
static std::set<ir::Name> started(const ir::Program &P) {
  std::set<ir::Name> Out;
  for (const ir::Function &F : P.module().Functions)
    forEachEvent(F, [&](Point, const ir::Event &E) {
      if (E.What != Op::Spawn)
        return;
      if (E.Callee)
        Out.insert(E.Callee);
      if (!E.Args.empty() && E.Args[0].Symbol)
        Out.insert(E.Args[0].Symbol);
    });
  // What a started lambda does nothing but call is started too.
  for (bool Grown = true; Grown;) {
    Grown = false;
    for (const ir::Function &F : P.module().Functions) {
      if (!F.Lambda || !Out.count(F.Symbol))
        continue;
      forEachEvent(F, [&](Point, const ir::Event &E) {
        if (E.What == Op::Call && E.Callee && P.function(E.Callee) &&
            P.function(E.Callee)->Defined)
          Grown |= Out.insert(E.Callee).second;
      });
    }
  }
  return Out;
}

static bool throwsOrExits(const ir::Program &P, const ir::Function &F,
                          unsigned Depth) {
  bool Found = false;
  forEachEvent(F, [&](Point, const ir::Event &E) {
    Found |= E.What == Op::Throw;
    if (E.What == Op::Call || E.What == Op::Block) {
      const ir::Function *Callee = P.function(E.Callee);
      Found |= Callee && Callee->NoReturn;
      if (Callee && Callee->Defined && Depth < 3)
        Found |= throwsOrExits(P, *Callee, Depth + 1);
      else if (!E.has(ir::SystemCallee) && E.has(ir::MayThrow))
        Found = true; // code that is not here may throw: a way out
    }
    for (const ir::SelectCase &C : E.Cases)
      if (const ir::Function *H = P.function(C.Handler.Symbol); H && Depth < 3)
        Found |= throwsOrExits(P, *H, Depth + 1);
  });
  return Found;
}

static bool isDone(const ir::Function &F, const ir::SelectCase &C) {
  if (C.How != ir::SelectCase::Recv || C.Channel == ir::NoPlace)
    return false;
  const ir::Place &P = F.place(C.Channel);
  return P.Type.Is == ir::Role::Context ||
         (!P.Path.empty() && P.Path.back().Id == "done");
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  const ir::Program &P = F.program();
  std::set<ir::Name> Started = started(P);
  for (const ir::Function &Fn : P.module().Functions) {
    if (!Started.count(Fn.Symbol) || Fn.Incomplete || Fn.Coroutine)
      continue;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != Op::Select || !inLoop(Fn, At.Block) ||
          reachesEnd(Fn, At, [](const ir::Event &) { return false; }) ||
          throwsOrExits(P, Fn, 0))
        return;
      // One finding for a loop: its first select.
      if (!Out.empty() && Out.back().Symbol == Fn.Id.str())
        return;
      const ir::SelectCase *Done = nullptr;
      for (const ir::SelectCase &C : E.Cases)
        if (isDone(Fn, C))
          Done = &C;
      Finding Found;
      Found.Check = "runnel-select-no-exit";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message =
          Done ? "no case of this select leaves the loop, not even the one for "
                 "a context that is done"
               : "no case of this select leaves the loop: nothing can end this "
                 "goroutine";
      if (Done)
        Found.Notes.push_back(
            {Done->Where, "once the context is done, this case is ready in "
                          "every round, and the loop spins"});
      else
        Found.Notes.push_back({Fn.Where, "it is started as a goroutine"});
      Found.Notes.push_back(
          {E.Where, Done ? "return when this case wins"
                         : "add a case for a context's done(), and return when "
                           "it wins"});
      Out.push_back(std::move(Found));
    });
  }
  return Out;
}

static const CheckRegistration X("runnel-select-no-exit", Level::Default, run);

} // namespace runnel
