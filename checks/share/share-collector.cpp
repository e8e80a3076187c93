//===- share-collector.cpp - Workers that append to one container ---------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/share/Pattern.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

namespace {
/// An append to a container that is not the worker's own, under a lock.
struct Append {
  const ir::Function *In = nullptr;
  Point At;
  Entity To;
  ir::Range Lock; ///< where it was locked
  std::string LockName;
};
} // namespace

static bool isAppend(const ir::Event &E) {
  if (E.What != ir::Op::Call || E.Subject == ir::NoPlace)
    return false;
  llvm::StringRef Text = E.Text.str();
  for (llvm::StringRef Name : {"push_back", "emplace_back", "append", "push"})
    if (Text.ends_with("." + Name.str()) || Text.ends_with("->" + Name.str()))
      return true;
  return false;
}

/// All that the worker does under the lock is to append.
static std::optional<Append> appendOf(const Facts &F, const ir::Function &Fn) {
  const ir::Program &P = F.program();
  const HeldLocks &H = F.held(Fn);
  if (H.trivial())
    return std::nullopt;
  std::optional<Append> Found;
  bool Else = false;
  H.walk([&](Point At, const ir::Event &E, const LockState &S) {
    const Hold *Held = nullptr;
    for (const Hold &Each : S.Holds)
      if (Each.sure() && Each.From == Origin::Here)
        Held = &Each;
    if (!Held)
      return;
    if (isAppend(E) && Fn.place(E.Subject).Type.Is == ir::Role::Container) {
      Entity To = entityOf(P, Fn, Fn.place(E.Subject));
      if (!To.known() || (To.How == LockClass::Local && To.Symbol == Fn.Symbol))
        return;
      if (Found && !(Found->To == To))
        Else = true;
      Found = Append{&Fn, At, To, rangeAt(Fn, Held->At),
                     pretty(Fn, H.lock(Held->Lock))};
      return;
    }
    switch (E.What) {
    case ir::Op::Call:
    case ir::Op::Wait:
    case ir::Op::Notify:
    case ir::Op::Lock:
    case ir::Op::GuardBegin:
      Else |= !E.has(ir::SystemCallee) || E.What != ir::Op::Call;
      break;
    case ir::Op::Access:
      if (E.has(ir::Write) && !E.has(ir::Moved)) {
        Entity To = entityOf(P, Fn, Fn.place(E.Subject));
        const ir::TypeRef *T = typeOf(P, To);
        Else |= To.known() &&
                !(To.How == LockClass::Local && To.Symbol == Fn.Symbol) &&
                !(T && T->Is == ir::Role::Container);
      }
      break;
    default:
      break;
    }
  });
  return Else ? std::nullopt : Found;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  std::set<Entity> Said;
  for (const ir::Function &Fn : P.module().Functions) {
    std::map<Entity, std::vector<std::pair<const ir::Event *, Append>>> Starts;
    std::set<Entity> Many;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.spawnKind() == ir::SpawnKind::Callback)
        return;
      const ir::Function *Body = P.function(E.Callee);
      if (!Body || !Body->Defined)
        return;
      auto Found = appendOf(F, *Body);
      if (!Found)
        return;
      auto &List = Starts[Found->To];
      if (inLoop(Fn, At.Block) || !List.empty())
        Many.insert(Found->To);
      List.emplace_back(&E, *Found);
    });
    for (const auto &[To, List] : Starts) {
      if (!Many.count(To) || !Said.insert(To).second)
        continue;
      // Whoever takes out meanwhile makes a queue of it.
      const DataUses Uses(P, {To});
      bool Else = false;
      for (const DataUse &U : Uses.of(To))
        Else |= F.callGraph().isSpawned(*U.In) && U.How != DataUse::Push &&
                U.How != DataUse::Read;
      if (Else)
        continue;
      const auto &[Spawn, What] = List.front();
      const std::string Name = nameOf(P, To);
      Finding Found;
      Found.Check = "runnel-share-collector";
      Found.Where = rangeAt(*What.In, What.At);
      Found.Symbol = className(P, To);
      Found.Message = "'" + Name +
                      "' collects what workers make, each of which locks '" +
                      What.LockName + "' to append to it";
      Found.Notes.push_back({Spawn->Where, "the workers are started here"});
      Found.Notes.push_back({What.Lock, "each takes the lock here"});
      Found.Notes.push_back(
          {whereIs(P, To),
           "question 1 of 'share memory by communicating' decides, does it "
           "transfer ownership of data: the workers make the values, and "
           "whoever started them uses them"});
      Found.Notes.push_back(
          {Spawn->Where,
           "let the workers send to one channel, and receive from it here: "
           "then nothing is shared, and the first result is there before the "
           "last"});
      Out.push_back(std::move(Found));
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-share-collector", Level::Strict, run);

} // namespace runnel::share
