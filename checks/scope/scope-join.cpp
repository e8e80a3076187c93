//===- scope-join.cpp - Waiting for threads under a lock ------------------===//

#include "checks/Check.h"
#include "checks/Narrow.h"
#include "checks/UnderLock.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;
using ir::Role;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    findStarts();
    findLifecycles();
    std::vector<Finding> Findings;
    for (const Group &G :
         effectsUnderLocks(F, {Effect::Join},
                           [&](const UnderLock &U) { return isWanted(U); }))
      Findings.push_back(tell(G));
    return Findings;
  }

private:
  /// The member or global that a handle is kept in, itself or inside of a
  /// wrapper, to match joins and starts.
  static ir::Name keptIn(const Place &P) {
    for (const ir::Step &S : P.Path)
      if (S.How == ir::Step::Field)
        return S.Symbol;
    return P.Root == Place::Global ? P.Symbol : ir::Name();
  }

  /// What an event starts, or gives to a function that starts threads.
  const Function *bodyOf(const Event &E) const {
    if (E.What == Op::Spawn)
      return E.Callee ? P.function(E.Callee) : nullptr;
    const Function *Body = nullptr;
    for (const ir::Operand &O : E.Args) {
      if (O.How != ir::Operand::FunctionArg && O.How != ir::Operand::Lambda)
        continue;
      if (Body)
        return nullptr;
      Body = P.function(O.Symbol);
    }
    return Body;
  }

  void findStarts() {
    const Summaries &S = F.summaries();
    for (const Function *Fn : F.callGraph().functions())
      for (ir::BlockId B = 0; B < Fn->Blocks.size(); ++B)
        for (uint32_t I = 0; I < Fn->Blocks[B].Events.size(); ++I) {
          const Event &E = Fn->Blocks[B].Events[I];
          if (E.What == Op::Spawn) {
            if (E.Subject != ir::NoPlace)
              Starts[keptIn(Fn->place(E.Subject))].push_back(bodyOf(E));
            continue;
          }
          if (E.What != Op::Call ||
              llvm::none_of(S.targets(*Fn, {B, I}), [&](const Target &T) {
                return S.of(*T.Callee).may(Effect::Spawn);
              }))
            continue;
          for (const Effect &Started : S.effectsAt(*Fn, {B, I}))
            if (Started.What == Effect::Spawn)
              if (ir::Name Kept = keptIn(normalized(*Fn, Started.On)))
                Starts[Kept].push_back(bodyIn(*Fn, E, Started));
        }
  }

  /// The body of a thread that a callee starts: what it was given to start, or
  /// what it starts of its own.
  const Function *bodyIn(const Function &Fn, const Event &E,
                         const Effect &Started) const {
    if (const Function *Given = bodyOf(E))
      return Given;
    const std::vector<TraceStep> Steps = F.summaries().trace(Fn, Started);
    return Steps.empty() ? nullptr
                         : bodyOf(eventAt(*Steps.back().In, Steps.back().At));
  }

  /// Which locks are held around starting a thread under a handle: a lock that
  /// is held around starting and stopping is there to order these two.
  void findLifecycles() {
    effectsUnderLocks(F, {Effect::Spawn}, [&](const UnderLock &U) {
      if (ir::Name Kept = keptIn(U.What.On))
        StartedUnder.insert({Kept, F.held(*U.In).classOf(U.Held.Lock)});
      return false;
    });
  }

  /// Everything that is ever started under this handle is known, and never
  /// asks for the lock: the lock only orders starting and stopping. What the
  /// thread calls that nobody knows counts, unless the lock is for just that.
  bool neverWantsLock(const UnderLock &U) const {
    const ir::Name Kept = keptIn(U.What.On);
    auto It = Starts.find(Kept);
    if (It == Starts.end())
      return false;
    const LockClass &Class = F.held(*U.In).classOf(U.Held.Lock);
    const bool Lifecycle = StartedUnder.count({Kept, Class}) != 0;
    return llvm::all_of(It->second, [&](const Function *Body) {
      if (!Body || !Body->Defined)
        return false;
      const Summary &S = F.summaries().of(*Body);
      return llvm::none_of(S.Effects, [&](const Effect &E) {
        return (E.What == Effect::UnknownCall && !Lifecycle) ||
               (E.What == Effect::Acquire && lockClass(*Body, E.On) == Class);
      });
    });
  }

  /// Some thread that is started under this handle locks what is held.
  bool wantsLock(const UnderLock &U) const {
    auto It = Starts.find(keptIn(U.What.On));
    const LockClass &Class = F.held(*U.In).classOf(U.Held.Lock);
    return It != Starts.end() &&
           llvm::any_of(It->second, [&](const Function *Body) {
             return Body && Body->Defined &&
                    llvm::any_of(F.summaries().of(*Body).Effects,
                                 [&](const Effect &E) {
                                   return E.What == Effect::Acquire &&
                                          lockClass(*Body, E.On) == Class;
                                 });
           });
  }

  bool isWanted(const UnderLock &U) const {
    if (U.What.Flags & (ir::Try | ir::WithTimeout))
      return false;
    // Further away it is too often a case that does not arise here.
    if (U.What.Hops > 2 || ((U.What.Flags & ir::Implicit) && U.What.Via))
      return false;
    // In a destructor nobody else wants the object's lock, but such a thread.
    if (!isContended(*U.In, F.held(*U.In), U.Held) && !wantsLock(U))
      return false;
    return !isForFiberThreadLock(F, U) && !neverWantsLock(U);
  }

  std::string waited(const UnderLock &U) const {
    const std::string Name = pretty(*U.In, U.What.On);
    const bool Named = Name != "an object" && Name != "*this";
    std::string Kind = "a thread";
    switch (U.What.On.Type.Is) {
    case Role::Future:
      Kind = "a result";
      break;
    case Role::WaitGroup:
    case Role::Group:
      Kind = "a group of goroutines";
      break;
    case Role::Latch:
    case Role::Barrier:
    case Role::Semaphore:
      Kind = "other threads";
      break;
    case Role::ThreadPool:
      Kind = "a pool";
      break;
    default:
      break;
    }
    return Named ? "'" + Name + "'" : Kind;
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const std::string Lock = lockName(F, First);
    Finding Found = startFinding(
        F, G, "runnel-scope-join",
        "waits for " + waited(First) + " to finish while " + Lock + " is held" +
            ((First.What.Flags & ir::Implicit) ? ", where it is destroyed"
                                               : ""),
        "waits", "is waited for under the lock too");
    for (size_t I = 1; I < G.size() && I < Found.Notes.size(); ++I)
      if (Found.Notes[I].Where == rangeAt(*First.In, G[I].At))
        Found.Notes[I].Message =
            waited(G[I]) + " is waited for under the lock too";
    advise(Found, G,
           "if it ever wants " + Lock +
               ", neither goes on: unlock first, or move the handle out under "
               "the lock and wait without it");
    if (std::optional<Fix> Fix =
            narrow(F, *First.In, First.Held.At, pointsOf(G)))
      Found.Fixes.push_back(std::move(*Fix));
    return Found;
  }

  const Facts &F;
  const ir::Program &P;
  std::map<ir::Name, std::vector<const Function *>> Starts;
  std::set<std::pair<ir::Name, LockClass>> StartedUnder;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-join", Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel::scope
