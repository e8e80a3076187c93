//===- cv-lost-wakeup.cpp - Notifications that come too early -------------===//
//
// A waiter looks at its condition and then falls asleep, both under its lock.
// Who changes the condition without that lock can do so, and notify, between
// the two: nobody is asleep yet, and nobody will wake up. That the condition is
// atomic does not help.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

namespace {
class LostWakeups {
public:
  explicit LostWakeups(const Facts &F)
      : F(F), P(F.program()), Args(F.conditions().arguments()) {}

  std::vector<Finding> run() {
    std::set<Entity> Read;
    for (const auto &[Cv, C] : F.conditions().all())
      for (const Waiting &W : C.Waits)
        if (believesNotifications(W))
          for (const Entity &E : W.Reads)
            if (isFlag(E))
              Read.insert(E);
    if (Read.empty())
      return {};
    const DataUses Uses(P, Read, &Args);
    const std::set<const ir::Function *> Handlers = signalHandlers(P);
    std::set<std::pair<const ir::Function *, Point>> Told;
    for (const auto &[Cv, C] : F.conditions().all())
      for (const Waiting &W : C.Waits)
        for (const Entity &E : W.Reads)
          if (believesNotifications(W) && isFlag(E))
            for (const DataUse &U : Uses.of(E))
              if (changes(U) && !Handlers.count(U.In) && !isOfWaiter(W, *U.In))
                if (std::optional<Point> At = notifiedBare(Cv, W.Lock, U);
                    At && Told.insert({U.In, U.At}).second)
                  report(Cv, W, E, U, *At);
    return std::move(Out);
  }

private:
  /// Who looks again every second loses a second.
  static bool believesNotifications(const Waiting &W) {
    return W.Checked && !W.Timed && W.Lock.known();
  }

  /// Containers and the like race besides: that is another finding.
  bool isFlag(const Entity &E) const {
    const ir::TypeRef *T = typeOf(P, E);
    return T && E.How != LockClass::Local && !T->indirect() &&
           (T->Scalar || T->Is == ir::Role::Atomic);
  }

  static bool changes(const DataUse &U) {
    return U.At.valid() &&
           (U.How == DataUse::Write || U.How == DataUse::Add ||
            U.How == DataUse::Modify) &&
           !U.In->Incomplete;
  }

  /// What the waiter itself changes, it need not be woken up for.
  bool isOfWaiter(const Waiting &W, const ir::Function &Writer) const {
    const CallGraph &G = F.callGraph();
    return &G.enclosing(P, *W.In) == &G.enclosing(P, Writer);
  }

  Entity entity(const ir::Function &Fn, const ir::Place &Pl) const {
    return entityOf(P, Fn, Pl, &Args);
  }

  /// \p Lock, or a lock that may be it, is locked at the point: by the function
  /// or by somebody who calls it.
  bool mayBeLocked(const ir::Function &Fn, Point At, const Entity &Lock,
                   unsigned Depth = 0) const {
    constexpr unsigned MaxDepth = 3;
    const HeldLocks &Held = F.held(Fn);
    if (!Held.trivial())
      for (const Hold &H : Held.before(At).Holds) {
        if (H.Is == Presence::No)
          continue;
        Entity E = entity(Fn, Held.lock(H.Lock));
        if (!E.known() || E == Lock || isAlias(P, E))
          return true;
      }
    if (Depth == MaxDepth)
      return !F.callGraph().callers(Fn).empty();
    return llvm::any_of(F.callGraph().callers(Fn), [&](const CallEdge *C) {
      return mayBeLocked(*C->Caller, C->At, Lock, Depth + 1);
    });
  }

  bool isNotified(const Entity &Cv, const ir::Function &Fn) const {
    return llvm::any_of(F.conditions().all().find(Cv)->second.Notifies,
                        [&](const Notifying &N) { return N.In == &Fn; });
  }

  /// Where \p Cv is notified of the change, if no lock was taken since.
  std::optional<Point> notifiedBare(const Entity &Cv, const Entity &Lock,
                                    const DataUse &U) const {
    if (isAlias(P, Lock) || mayBeLocked(*U.In, U.At, Lock))
      return std::nullopt;
    const ir::Function &Fn = *U.In;
    std::set<const ir::Event *> Notifies, Locks;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      switch (E.What) {
      case ir::Op::Notify:
        if (E.Subject != ir::NoPlace && entity(Fn, Fn.place(E.Subject)) == Cv)
          Notifies.insert(&E);
        break;
      case ir::Op::Lock:
      case ir::Op::GuardBegin:
      case ir::Op::GuardLock:
        Locks.insert(&E);
        break;
      case ir::Op::Call:
        if (llvm::any_of(F.summaries().effectsAt(Fn, At), [](const Effect &Of) {
              return Of.What == Effect::Acquire;
            }))
          Locks.insert(&E);
        else if (const ir::Function *Callee = P.function(E.Callee))
          if (isNotified(Cv, *Callee))
            Notifies.insert(&E);
        break;
      default:
        break;
      }
    });
    if (Notifies.empty())
      return std::nullopt;
    return nextAfter(
        Fn, U.At, [&](const ir::Event &E) { return Notifies.count(&E) != 0; },
        [&](const ir::Event &E) { return Locks.count(&E) != 0; });
  }

  void report(const Entity &Cv, const Waiting &W, const Entity &E,
              const DataUse &U, Point Notified) {
    const std::string Flag = nameOf(P, E), Lock = className(P, W.Lock);
    Finding Found;
    Found.Check = "runnel-cv-lost-wakeup";
    Found.Where = rangeAt(*U.In, U.At);
    Found.Symbol = className(P, E);
    Found.Message = "'" + Flag + "' is changed without '" + Lock +
                    "': the notification can come just before '" +
                    nameOf(P, Cv) + "' is waited for, and is lost";
    Found.Notes.push_back(
        {rangeAt(*W.In, W.At), "between a look at '" + Flag +
                                   "' and falling asleep here, '" + Lock +
                                   "' alone keeps the change out"});
    Found.Notes.push_back(
        {rangeAt(*U.In, Notified), "it is notified here, once"});
    const ir::TypeRef *T = typeOf(P, E);
    Found.Notes.push_back(
        {Found.Where,
         "lock '" + nameOf(P, W.Lock) + "' for the change" +
             (T && T->Is == ir::Role::Atomic ? ", atomic as it is" : "") +
             "; the notification may come after the unlock"});
    Found.Topics.push_back(topic(E, *U.In));
    Out.push_back(std::move(Found));
  }

  static std::string topic(const Entity &E, const ir::Function &Writer) {
    return E.Symbol.str().str() + " in " + Writer.Symbol.str().str();
  }

  const Facts &F;
  const ir::Program &P;
  const Arguments &Args;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return LostWakeups(F).run();
}

static const CheckRegistration X("runnel-cv-lost-wakeup", Level::Default, run,
                                 {}, /*WholeProgram=*/true);

} // namespace runnel
