//===- scope-signal-handler.cpp - Locking in a signal handler -------------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <map>

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

/// The argument or value by which \p E installs a handler of signals, or null:
/// `signal(SIGINT, f)`, `action.sa_handler = f`.
static const Function *installed(const ir::Program &P, const Function &In,
                                 const Event &E) {
  if (E.What == Op::Call) {
    llvm::StringRef Name = E.Text.str();
    Name.consume_front("::");
    Name.consume_front("std::");
    if (!llvm::StringSwitch<bool>(Name)
             .Cases({"signal", "bsd_signal", "sysv_signal", "sigset"}, true)
             .Default(false))
      return nullptr;
  } else if (E.What == Op::Assign) {
    if (E.Subject == ir::NoPlace || In.place(E.Subject).Path.empty())
      return nullptr;
    const ir::Step &Last = In.place(E.Subject).Path.back();
    const llvm::StringRef Name =
        Last.Id ? Last.Id.str() : Last.Symbol.str().rsplit('@').second;
    if (Name != "sa_handler" && Name != "sa_sigaction")
      return nullptr;
  } else {
    return nullptr;
  }
  for (const ir::Operand &A : E.Args)
    if (A.How == ir::Operand::FunctionArg || A.How == ir::Operand::Lambda)
      return P.function(A.Symbol);
  return nullptr;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::map<const Function *, ir::Range> Installed;
  std::vector<const Function *> Handlers;
  for (const Function *Fn : F.callGraph().functions())
    forEachEvent(*Fn, [&](Point, const Event &E) {
      if (const Function *H = installed(P, *Fn, E);
          H && H->Defined && Installed.try_emplace(H, E.Where).second)
        Handlers.push_back(H);
    });
  std::vector<Finding> Out;
  for (const Function *H : Handlers) {
    const std::vector<Effect> &Does = F.summaries().of(*H).Effects;
    auto Locks = llvm::find_if(Does, [&](const Effect &E) {
      return E.What == Effect::Acquire && E.Sure &&
             !(E.Flags & (ir::Try | ir::WithTimeout)) &&
             lockClass(*H, E.On).How != LockClass::Local;
    });
    if (Locks == Does.end())
      continue;
    Finding Found;
    Found.Check = "runnel-scope-signal-handler";
    Found.Where = rangeAt(*H, Locks->At);
    Found.Symbol = functionName(P, *H);
    Found.Message = lockName(*H, Locks->On) + " is locked in " +
                    functionName(P, *H) +
                    ", which handles signals: if the signal interrupts whoever "
                    "holds it, the program hangs";
    Found.Notes.push_back(
        {Installed[H], "it is made a handler of signals here"});
    for (const TraceStep &Step : F.summaries().trace(*H, *Locks))
      if (Step.Calls)
        Found.Notes.push_back(
            {Step.Where, functionName(P, *Step.In) + " calls " +
                             functionName(P, *Step.Calls) + " here"});
      else if (Step.In != H)
        Found.Notes.push_back(
            {Step.Where, functionName(P, *Step.In) + " locks it here"});
    Found.Notes.push_back(
        {Found.Where, "let the handler set a lock-free atomic or write to a "
                      "pipe, and a thread do the rest"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-scope-signal-handler", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::scope
