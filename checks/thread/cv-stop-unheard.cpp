//===- cv-stop-unheard.cpp - Threads that sleep through their stop --------===//
//
// A thread that sleeps on a condition variable is asked to stop, and joined. It
// stops only if it wakes up and looks, so one of these hangs:
//  1. the flag that its wait looks at is set, but nobody notifies it before the
//     join;
//  2. its std::stop_token is asked in the loop, but the wait in there neither
//     has the token nor looks at anything that a stop would change.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

namespace {
using Functions = std::set<const ir::Function *>;

class UnheardStops {
public:
  explicit UnheardStops(const Facts &F)
      : F(F), P(F.program()), G(F.callGraph()),
        Args(F.conditions().arguments()) {}

  std::vector<Finding> run() {
    std::set<Entity> Flags;
    for (const auto &[Cv, C] : F.conditions().all())
      for (const Waiting &W : C.Waits)
        if (isDeep(C, W))
          for (const Entity &E : W.Reads)
            if (isFlag(E))
              Flags.insert(E);
    const DataUses Uses(P, std::move(Flags), &Args);
    for (const auto &[Cv, C] : F.conditions().all()) {
      Functions Notifiers;
      for (const Notifying &N : C.Notifies)
        Notifiers.insert(N.In);
      addCallers(Notifiers);
      for (const Waiting &W : C.Waits)
        if (isDeep(C, W)) {
          flagStops(Cv, W, Notifiers, Uses);
          tokenStops(Cv, W, Notifiers);
        }
    }
    return std::move(Out);
  }

private:
  /// Only a notification that is known ends it.
  static bool isDeep(const ConditionVariable &C, const Waiting &W) {
    return !C.Escapes && !W.Timed && W.Checked;
  }

  Entity entity(const ir::Function &Fn, ir::PlaceId Pl) const {
    return Pl == ir::NoPlace ? Entity() : entityOf(P, Fn, Fn.place(Pl), &Args);
  }

  void addCallers(Functions &Of) const {
    std::vector<const ir::Function *> Work(Of.begin(), Of.end());
    while (!Work.empty()) {
      const ir::Function *Fn = Work.back();
      Work.pop_back();
      for (const CallEdge *C : G.callers(*Fn))
        if (Of.insert(C->Caller).second)
          Work.push_back(C->Caller);
    }
  }

  bool isFlag(const Entity &E) const {
    const ir::TypeRef *T = typeOf(P, E);
    return T && !T->indirect() && (T->Scalar || T->Is == ir::Role::Atomic);
  }

  /// What the threads that come to this wait are known by.
  std::set<Entity> handlesOf(const Waiting &W) const {
    Functions Ways{W.In};
    addCallers(Ways);
    std::set<Entity> Handles;
    for (const Start &S : G.starts())
      if (Ways.count(S.Body))
        if (Entity E = entity(*S.In, eventAt(*S.In, S.At).Subject); E.known())
          Handles.insert(E);
    return Handles;
  }

  /// `stop_ = true; worker_.join();`
  void flagStops(const Entity &Cv, const Waiting &W, const Functions &Notifiers,
                 const DataUses &Uses) {
    const std::set<Entity> Handles = handlesOf(W);
    if (Handles.empty())
      return;
    for (const Entity &E : W.Reads)
      for (const DataUse &U : Uses.of(E))
        if (U.How == DataUse::Write && U.Value && U.At.valid() &&
            !U.In->Incomplete && !Notifiers.count(U.In))
          if (std::optional<Point> Join = joinsAfter(U, Handles);
              Join && Told.insert({U.In, *Join}).second)
            reportFlag(Cv, W, E, U, *Join);
  }

  std::optional<Point> joinsAfter(const DataUse &U,
                                  const std::set<Entity> &Handles) const {
    const ir::Function &Fn = *U.In;
    std::set<const ir::Event *> Joins, MayWake;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::Join && !E.has(ir::WithTimeout) &&
          Handles.count(entity(Fn, E.Subject)))
        Joins.insert(&E);
      else if (E.What == ir::Op::Cancel || E.What == ir::Op::Detach ||
               (E.What == ir::Op::Call && G.isOpen(Fn, At)))
        MayWake.insert(&E);
    });
    if (Joins.empty())
      return std::nullopt;
    return nextAfter(
        Fn, U.At, [&](const ir::Event &E) { return Joins.count(&E) != 0; },
        [&](const ir::Event &E) { return MayWake.count(&E) != 0; });
  }

  void reportFlag(const Entity &Cv, const Waiting &W, const Entity &E,
                  const DataUse &U, Point Join) {
    const std::string Flag = nameOf(P, E), Name = nameOf(P, Cv);
    const std::string Thread =
        nameOf(P, entity(*U.In, eventAt(*U.In, Join).Subject));
    Finding Found = start(*U.In, Join, Cv);
    Found.Message = "'" + Thread + "' is joined after '" + Flag +
                    "' was set, but nobody notifies '" + Name +
                    "': if it sleeps there, it sleeps on, and this never ends";
    Found.Notes.push_back({rangeAt(*U.In, U.At), "'" + Flag + "' is set here"});
    Found.Notes.push_back(
        {rangeAt(*W.In, W.At),
         "the thread looks at '" + Flag + "' only when it wakes up here"});
    Found.Notes.push_back({Found.Where, "call '" + Name +
                                            ".notify_all()' between setting '" +
                                            Flag + "' and this"});
    Out.push_back(std::move(Found));
  }

  static bool isToken(const ir::Function &Fn, ir::PlaceId Pl) {
    return Pl != ir::NoPlace && Fn.place(Pl).Type.Is == ir::Role::StopToken;
  }

  static bool readsToken(const ir::Function &Fn) {
    bool Reads = false;
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      Reads |= E.What == ir::Op::Access && isToken(Fn, E.Subject);
    });
    return Reads;
  }

  /// while (!token.stop_requested()) wake.wait(lock, [&] { return !q.empty();
  /// })
  void tokenStops(const Entity &Cv, const Waiting &W,
                  const Functions &Notifiers) {
    const ir::Event &E = eventAt(*W.In, W.At);
    if (!E.has(ir::Predicate) || E.Args.empty() || W.Reads.empty() ||
        llvm::any_of(W.Reads, [&](const Entity &R) { return isFlag(R); }))
      return;
    if (llvm::any_of(E.Args, [&](const ir::Operand &A) {
          return isToken(*W.In, A.Place);
        }))
      return;
    const ir::Function *Test = P.function(E.Args[0].Symbol);
    if (!Test || Test->Incomplete || readsToken(*Test))
      return;
    // Asked around the wait: it is how this loop means to end.
    const ir::Condition *Asks = nullptr;
    for (ir::BlockId B : innermostLoop(*W.In, W.At.Block))
      if (llvm::any_of(W.In->Blocks[B].Cond.Reads,
                       [&](ir::PlaceId R) { return isToken(*W.In, R); }))
        Asks = &W.In->Blocks[B].Cond;
    if (!Asks)
      return;
    // Whoever asks for the stop may put something in, or notify.
    if (llvm::any_of(Notifiers,
                     [&](const ir::Function *Fn) {
                       return Fn->Destructor || asksForStop(*Fn);
                     }) ||
        hasStopCallback())
      return;
    reportToken(Cv, W);
  }

  static bool asksForStop(const ir::Function &Fn) {
    bool Asks = false;
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      Asks |= E.What == ir::Op::Cancel;
    });
    return Asks;
  }

  bool hasStopCallback() const {
    auto Is = [](const ir::TypeRef &T) {
      return T.Spelling.str().contains("stop_callback");
    };
    return llvm::any_of(P.module().Functions,
                        [&](const ir::Function &Fn) {
                          return llvm::any_of(Fn.Locals,
                                              [&](const ir::Variable &V) {
                                                return Is(V.Type);
                                              });
                        }) ||
           llvm::any_of(P.module().Records, [&](const ir::Record &R) {
             return llvm::any_of(R.Fields, [&](const ir::Field &Each) {
               return Is(Each.Type);
             });
           });
  }

  void reportToken(const Entity &Cv, const Waiting &W) {
    const std::string Name = nameOf(P, Cv);
    const ir::TypeRef *T = typeOf(P, Cv);
    const bool Any = T && T->Spelling.str().contains("condition_variable_any");
    Finding Found = start(*W.In, W.At, Cv);
    Found.Message = "'" + Name +
                    "' is waited for without the stop token: a thread that "
                    "sleeps here does not hear that it is to stop";
    Found.Notes.push_back(
        {Found.Where,
         std::string(Any ? ""
                         : "make it a 'std::condition_variable_any', and ") +
             "give the token to the wait: 'wait(lock, token, ...)' returns "
             "when a stop is requested"});
    Out.push_back(std::move(Found));
  }

  Finding start(const ir::Function &Fn, Point At, const Entity &Cv) const {
    Finding Found;
    Found.Check = "runnel-cv-stop-unheard";
    Found.Where = rangeAt(Fn, At);
    Found.Symbol = className(P, Cv);
    return Found;
  }

  const Facts &F;
  const ir::Program &P;
  const CallGraph &G;
  const Arguments &Args;
  std::set<std::pair<const ir::Function *, Point>> Told;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return UnheardStops(F).run();
}

static const CheckRegistration X("runnel-cv-stop-unheard", Level::Default, run,
                                 {}, /*WholeProgram=*/true);

} // namespace runnel
