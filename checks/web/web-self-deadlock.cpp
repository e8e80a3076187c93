//===- web-self-deadlock.cpp - A mutex locked again by its holder ---------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/web/Callbacks.h"
#include "checks/web/Story.h"

#include <set>

namespace runnel {

using analysis::Facts;
using analysis::LockWitness;
using analysis::Reentry;

/// std::scoped_lock l(a, a);
static void oneStatement(const Facts &F, const ir::Function &Fn,
                         std::vector<Finding> &Out) {
  for (const ir::Block &B : Fn.Blocks)
    for (size_t I = 0; I < B.Events.size(); ++I) {
      const ir::Event &E = B.Events[I];
      std::vector<ir::PlaceId> Locks;
      if (E.What == ir::Op::GuardBegin && !E.has(ir::Defer | ir::Adopt)) {
        for (const ir::Operand &O : E.Args)
          Locks.push_back(O.Place);
      } else if (E.What == ir::Op::Lock && E.has(ir::Avoiding)) {
        for (size_t J = I;
             J < B.Events.size() && B.Events[J].What == ir::Op::Lock &&
             B.Events[J].Where == E.Where;
             ++J)
          Locks.push_back(B.Events[J].Subject);
      }
      for (size_t J = 1; J < Locks.size(); ++J) {
        if (Locks[J] == ir::NoPlace || Locks[0] == ir::NoPlace)
          continue;
        const ir::Place Lock = analysis::normalized(Fn, Fn.place(Locks[J]));
        if (!analysis::sameObject(
                Lock, analysis::normalized(Fn, Fn.place(Locks[0]))) ||
            !web::isSurelyNotRecursive(F.program(), Lock.Type))
          continue;
        const std::string Name = web::lockName(F.program(), Fn, Lock);
        Finding Found;
        Found.Check = "runnel-web-self-deadlock";
        Found.Where = E.Where;
        Found.Message = "'" + Name + "' is locked twice by one statement";
        Found.Notes.push_back({E.Where, "name each lock once"});
        Found.Symbol = web::functionName(F.program(), Fn);
        Out.push_back(std::move(Found));
        break;
      }
    }
}

/// each([&](int k) { drop(k); }), where both each and drop lock.
static void throughCallback(const Facts &F, const web::CallbackReentry &C,
                            std::vector<Finding> &Out) {
  const ir::Program &P = F.program();
  if (!web::isSurelyNotRecursive(P, C.Lock.Type))
    return;
  const std::string Lock = web::lockName(P, *C.In, C.Lock),
                    Holder = web::functionName(P, *C.Holder);
  Finding Found;
  Found.Check = "runnel-web-self-deadlock";
  Found.Where = analysis::rangeAt(*C.In, C.Call);
  Found.Message = "'" + Lock + "' is locked again by the function given to '" +
                  Holder + "', which calls it with '" + Lock + "' locked";
  Found.Notes.push_back({C.Held, "'" + Holder + "' locks it here"});
  Found.Notes.push_back({C.Runs, "and, holding it, calls what it was given"});
  Found.Notes.push_back({C.Wanted, "which wants it here"});
  Found.Notes.push_back(
      {Found.Where, "collect what is to be done, and do it after '" + Holder +
                        "' has returned"});
  Found.Symbol = web::functionName(P, *C.In);
  Out.push_back(std::move(Found));
}

/// What is run once, by \p Call, comes to where it is run.
static void throughOnce(const Facts &F, const ir::Function &Fn,
                        analysis::Point Call, std::vector<Finding> &Out) {
  constexpr size_t MaxFunctions = 64;
  const ir::Program &P = F.program();
  const ir::Event &Once = analysis::eventAt(Fn, Call);
  auto FlagOf = [&](const ir::Function &In, const ir::Event &E) {
    return E.Subject == ir::NoPlace
               ? analysis::LockClass()
               : analysis::lockClass(In, In.place(E.Subject));
  };
  // Of a flag in an object nobody knows whether it is the same.
  const analysis::LockClass Flag = FlagOf(Fn, Once);
  if (Flag.How != analysis::LockClass::Global || Flag.Element)
    return;
  std::vector<const ir::Function *> Work;
  std::set<const ir::Function *> Seen;
  auto Visit = [&](llvm::ArrayRef<analysis::CallEdge> Calls) {
    for (const analysis::CallEdge &C : Calls)
      if (C.How != analysis::CallEdge::Virtual && Seen.insert(C.Callee).second)
        Work.push_back(C.Callee);
  };
  const ir::Function *Body =
      Once.Args.empty() ? nullptr : P.function(Once.Args[0].Symbol);
  if (!Body || !Body->Defined)
    return;
  Work.push_back(Body);
  while (!Work.empty() && Seen.size() < MaxFunctions) {
    const ir::Function &In = *Work.back();
    Work.pop_back();
    for (const ir::Block &B : In.Blocks)
      for (const ir::Event &E : B.Events)
        if (E.What == ir::Op::OnceCall && FlagOf(In, E) == Flag) {
          const std::string Name = analysis::pretty(Fn, Fn.place(Once.Subject));
          Finding Found;
          Found.Check = "runnel-web-self-deadlock";
          Found.Where = Once.Where;
          Found.Message = "what is run once for '" + Name +
                          "' waits for itself: '" + web::functionName(P, In) +
                          "', which it calls, waits until it has run";
          Found.Notes.push_back({E.Where, "it comes back here"});
          Found.Notes.push_back(
              {Once.Where, "give it what it needs without asking '" +
                               web::functionName(P, In) + "'"});
          Found.Symbol = web::functionName(P, Fn);
          Out.push_back(std::move(Found));
          return;
        }
    Visit(F.callGraph().callees(In));
  }
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const web::CallbackReentry &C : web::callbackReentries(F))
    throughCallback(F, C, Out);
  for (const ir::Function &Fn : F.program().module().Functions)
    if (!Fn.System) {
      oneStatement(F, Fn, Out);
      for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B)
        for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I)
          if (Fn.Blocks[B].Events[I].What == ir::Op::OnceCall)
            throughOnce(F, Fn, {B, I}, Out);
    }
  std::set<std::pair<const ir::Function *, analysis::Point>> Seen;
  for (const Reentry &R : F.lockGraph().reentries()) {
    const LockWitness &W = R.How;
    if (R.Recursive || (W.FirstShared && W.SecondShared) ||
        !web::isSurelyNotRecursive(F.program(), W.First.Type) ||
        !web::isBelieved(F, W) || !Seen.insert({W.In, W.Acquired}).second)
      continue;
    const std::string Lock = web::lockName(F.program(), *W.In, W.First);
    const std::string Who = web::functionName(F.program(), *W.In);
    Finding Found;
    Found.Check = "runnel-web-self-deadlock";
    Found.Where = analysis::rangeAt(*W.In, W.Acquired);
    const bool Upgrade = W.FirstShared && !W.SecondShared;
    Found.Message =
        "'" + Lock + "' is locked " +
        (Upgrade ? "for writing by '" + Who + "', which holds it for reading"
                 : "again by '" + Who + "', which holds it already") +
        (W.How.Via
             ? ", through '" + web::functionName(F.program(), *W.How.Via) + "'"
             : std::string());
    web::tell(F, W, Lock, Lock, Found.Notes);
    Found.Notes.push_back(
        {Found.Where,
         W.How.Via ? "unlock '" + Lock +
                         "' before the call, or call a private helper that "
                         "expects it to be locked"
                   : "remove this lock, or unlock the first before it"});
    Found.Symbol = Who;
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-web-self-deadlock", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
