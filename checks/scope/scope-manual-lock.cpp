//===- scope-manual-lock.cpp - lock() and unlock() by hand ----------------===//

#include "checks/Check.h"
#include "checks/Narrow.h"
#include "checks/UnderLock.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Scope.h"
#include "checks/scope/LeftUnlocked.h"
#include "checks/scope/Unlocking.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

namespace {

/// Calls of the library that throw in theory alone (they ask a comparison, or
/// for a little memory), or not at all but do not say so.
bool hardlyThrows(const Event &E) {
  static const llvm::StringRef Harmless[] = {
      "min",   "max",       "move",       "forward",    "swap",  "get",
      "begin", "end",       "size",       "empty",      "clear", "erase",
      "reset", "front",     "back",       "find",       "count", "pop",
      "top",   "pop_front", "pop_back",   "data",       "load",  "release",
      "now",   "store",     "notify_one", "notify_all", "c_str"};
  llvm::StringRef Name = E.Text.str();
  Name = Name.substr(Name.find_last_of(".>:") + 1);
  return E.has(ir::SystemCallee) && llvm::is_contained(Harmless, Name);
}

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {
    for (const Function *Fn : F.callGraph().functions())
      for (const LockEffect &L : F.summaries().of(*Fn).Locks)
        if (L.Is == Presence::No)
          Unlockers.insert(lockClass(*Fn, L.Lock));
  }

  std::vector<Finding> run() {
    for (const Function *Fn : F.callGraph().functions())
      if (!F.held(*Fn).trivial() && !Fn->System && !isLockItself(*Fn)) {
        for (const Misuse &M : misusedUnlocks(F, *Fn))
          misuse(*Fn, M);
        for (const Point &At : keptLocks(F, *Fn))
          kept(*Fn, At);
        for (const LeftUnlocked &L : locksLeftUnlocked(F, *Fn))
          leftUnlocked(*Fn, L);
        for (const CriticalSection &C : F.sections(*Fn))
          if (C.Guard == ir::NoPlace && eventAt(*Fn, C.Begin).What == Op::Lock)
            section(*Fn, C);
      }
    return std::move(Findings);
  }

private:
  /// Its job is to lock or to unlock: a wrapper, a guard, `lockAll()`.
  bool isLockItself(const Function &Fn) const {
    const ir::Record *R = Fn.Record ? P.record(Fn.Record) : nullptr;
    if (R && (R->Is != ir::Role::Data || (R->Traits & ir::LockWrapper)))
      return true;
    return Fn.Constructor || Fn.Destructor || Fn.Incomplete;
  }

  /// Of the kind that std::scoped_lock can take.
  static bool isLockable(const ir::Place &Lock) {
    const llvm::StringRef Type = Lock.Type.Spelling.str();
    return !Type.contains("pthread") && !Type.contains("mtx_t") &&
           !Type.contains("CRITICAL_SECTION") && !Type.contains("sem_t");
  }

  /// Where control leaves the function with the lock surely held: the return,
  /// or the end. A branch that alone decides whether to unlock decides by
  /// something we cannot see, and is believed.
  std::optional<ir::Range> leak(const Function &Fn,
                                const CriticalSection &C) const {
    const HeldLocks &H = F.held(Fn);
    auto Holds = [&](const LockState &S) {
      return S.Reachable && llvm::any_of(S.Holds, [&](const Hold &Held) {
               return Held.At == C.Begin && Held.sure() && Held.here() &&
                      Held.Guard == ir::NoPlace;
             });
    };
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      const ir::Block &Block = Fn.Blocks[B];
      const bool ToExit = llvm::any_of(Block.Succs, [&](ir::BlockId S) {
        return Fn.Blocks[S].Leaves && Fn.Blocks[S].Succs.empty();
      });
      if (Block.Succs.size() > 1 || !(ToExit || Block.Leaves) ||
          !Holds(H.exit(B)))
        continue;
      for (const Event &E : llvm::reverse(Block.Events))
        if (E.What == Op::Return)
          return E.Where;
      if (Block.Leaves)
        return Fn.Body.valid() ? endOf(Fn.Body) : Fn.Where;
    }
    return std::nullopt;
  }

  static ir::Range endOf(ir::Range R) { return R; }

  /// No code but what is here can lock or unlock it.
  bool isClosed(const LockClass &Class) const {
    if (Class.How == LockClass::Global) {
      const ir::Global *G = P.global(Class.Symbol);
      return G && (G->Internal || P.whole());
    }
    const ir::Field *Field =
        Class.How == LockClass::Field ? P.field(Class.Symbol) : nullptr;
    const ir::Record *R = Field ? P.recordOfField(Class.Symbol) : nullptr;
    return R && (P.whole() ||
                 (!R->InHeader && Field->Visible == ir::Access::Private));
  }

  /// Its name says that it leaves something locked.
  static bool saysSo(const Function &Fn) {
    static const llvm::StringRef Known[] = {
        "lock",   "acquire", "enter", "begin",   "start", "pause",
        "freeze", "hold",    "grab",  "suspend", "take",  "open"};
    const llvm::StringRef Name = Fn.Id.str();
    return Fn.Lambda ||
           llvm::any_of(wordsOf(Name.substr(Name.rfind(':') + 1)),
                        [](const std::string &W) {
                          return llvm::is_contained(Known, llvm::StringRef(W));
                        });
  }

  Finding &begin(const Function &Fn, const ir::Range &Where,
                 std::string Message) {
    Finding &Found = Findings.emplace_back();
    Found.Check = "runnel-scope-manual-lock";
    Found.Where = Where;
    Found.Message = std::move(Message);
    Found.Symbol = "unlock in " + Fn.Id.str().str();
    return Found;
  }

  void misuse(const Function &Fn, const Misuse &M) {
    const Event &E = eventAt(Fn, M.At);
    const Event &Because = eventAt(Fn, M.Because);
    if (E.Where.InMacro)
      return;
    const bool ByGuard = E.What == Op::GuardUnlock;
    const std::string Name = lockName(Fn, Fn.place(E.Subject));
    switch (M.What) {
    case Misuse::Twice: {
      Finding &Found = begin(Fn, E.Where, Name + " is unlocked twice");
      Found.Notes.push_back({Because.Where, "it is unlocked here, and not "
                                            "locked again"});
      Found.Notes.push_back(
          {E.Where, ByGuard ? "remove one: the second throws"
                            : "remove one: unlocking what is not locked is "
                              "undefined"});
      return;
    }
    case Misuse::NotTried: {
      Finding &Found = begin(
          Fn, E.Where, Name + " is unlocked even where it could not be locked");
      Found.Notes.push_back({Because.Where, "this can fail"});
      Found.Notes.push_back(
          {E.Where, "unlock it only where it was locked: a "
                    "'std::unique_lock' with 'std::try_to_lock' knows"});
      return;
    }
    case Misuse::UnderGuard: {
      Finding &Found = begin(Fn, E.Where,
                             Name + " is unlocked here, and once more by the "
                                    "guard that locked it");
      Found.Notes.push_back({Because.Where, "locked by this guard"});
      Found.Notes.push_back(
          {E.Where, "end the guard's scope here, or use a 'std::unique_lock' "
                    "and unlock through it"});
      return;
    }
    case Misuse::MovedFrom: {
      Finding &Found =
          begin(Fn, E.Where, Name + " has given its lock away: this throws");
      Found.Notes.push_back({Because.Where, "moved here"});
      Found.Notes.push_back({E.Where, "unlock the guard it was moved to"});
      return;
    }
    case Misuse::Relocked: {
      Finding &Found =
          begin(Fn, E.Where,
                Name + " is locked again in the next turn of the loop, while "
                       "it is locked");
      Found.Notes.push_back({E.Where, "unlock it at the end of each turn, or "
                                      "make a guard for each"});
      return;
    }
    case Misuse::WrongMode: {
      Finding &Found =
          begin(Fn, E.Where,
                Name + (M.Shared ? " is locked shared and unlocked as if it "
                                   "were locked for writing"
                                 : " is locked for writing and unlocked as "
                                   "if it were shared"));
      Found.Notes.push_back({Because.Where, "locked here"});
      Found.Notes.push_back({E.Where, M.Shared
                                          ? "call 'unlock_shared()', or use a "
                                            "'std::shared_lock'"
                                          : "call 'unlock()', or use a guard"});
      return;
    }
    }
  }

  /// A guard has it too, and will unlock what was unlocked and locked again
  /// under it.
  static bool isGuarded(const Function &Fn, const ir::Place &Lock) {
    return llvm::any_of(Fn.Blocks, [&](const ir::Block &B) {
      return llvm::any_of(B.Events, [&](const Event &E) {
        return E.What == Op::GuardBegin &&
               llvm::any_of(E.Args, [&](const ir::Operand &O) {
                 return O.Place != ir::NoPlace &&
                        Fn.place(O.Place).sameAs(Lock);
               });
      });
    });
  }

  /// Left locked on every way out, and no code of the program unlocks it.
  void kept(const Function &Fn, Point At) {
    const HeldLocks &H = F.held(Fn);
    for (const Hold &Held : H.atReturn().Holds) {
      const LockClass &Class = H.classOf(Held.Lock);
      if (!(Held.At == At) || Held.Guard != ir::NoPlace ||
          !isDefinite(H.lock(Held.Lock)) || !isClosed(Class) ||
          Unlockers.count(Class) || saysSo(Fn))
        continue;
      const Event &E = eventAt(Fn, At);
      if (E.Where.InMacro ||
          (E.What == Op::Lock && isGuarded(Fn, H.lock(Held.Lock))))
        return;
      const std::string Name = lockName(Fn, H.lock(Held.Lock));
      Finding &Found =
          begin(Fn, E.Where,
                Name + " stays locked when " + functionName(P, Fn) +
                    " returns, and nothing unlocks it");
      for (const ir::Block &B : Fn.Blocks)
        for (const Event &Other : B.Events) {
          if (Other.What == Op::GuardRelease)
            Found.Notes.push_back({Other.Where, "its guard is told here not "
                                                "to unlock it"});
          else if (Other.What == Op::Unlock && Other.Subject != ir::NoPlace &&
                   !Fn.place(Other.Subject).sameAs(H.lock(Held.Lock)))
            Found.Notes.push_back(
                {Other.Where, "another one is unlocked here: " +
                                  lockName(Fn, Fn.place(Other.Subject))});
        }
      Found.Notes.push_back(
          {E.Where, "unlock it, or let a guard do so: 'std::scoped_lock'"});
      return;
    }
  }

  /// `break`: no `if` around the unlocking looks like that.
  static bool leavesLoop(const Function &Fn, const Stuck &S) {
    if (!inLoop(Fn, S.From))
      return false;
    std::vector<bool> Seen(Fn.Blocks.size());
    std::vector<ir::BlockId> Work{S.Into};
    while (!Work.empty()) {
      const ir::BlockId B = Work.back();
      Work.pop_back();
      if (B == S.From)
        return false;
      if (Seen[B])
        continue;
      Seen[B] = true;
      Work.insert(Work.end(), Fn.Blocks[B].Succs.begin(),
                  Fn.Blocks[B].Succs.end());
    }
    return true;
  }

  /// A way on that never unlocks, as a place and what it says.
  std::optional<std::pair<ir::Range, std::string>>
  wayOut(const Function &Fn, const CriticalSection &C,
         const std::string &Name) const {
    if (auto Leak = leak(Fn, C))
      return std::make_pair(*Leak, "leaves with " + Name + " locked");
    const std::optional<Stuck> S = staysLocked(F, Fn, C.Begin, C.Locks.front());
    if (!S)
      return std::nullopt;
    if (S->Relock.valid())
      return std::make_pair(
          eventAt(Fn, S->Relock).Where,
          S->Relock == C.Begin
              ? "the next turn of the loop begins with " + Name + " locked"
              : Name + " is locked again here, while it is locked");
    // An `if` around the unlocking is believed unless all code is known.
    if (!leavesLoop(Fn, *S) && !isClosed(F.held(Fn).classOf(C.Locks.front())))
      return std::nullopt;
    const ir::Block &From = Fn.Blocks[S->From];
    return std::make_pair(From.TermRange.valid() ? From.TermRange : Fn.Where,
                          "one way on from here leaves with " + Name +
                              " locked");
  }

  void leftUnlocked(const Function &Fn, const LeftUnlocked &L) {
    const std::string Name = lockName(Fn, L.Lock);
    Finding &Found =
        begin(Fn, L.Where,
              Name +
                  " is left unlocked on this way out, and locked on others: "
                  "a guard in " +
                  functionName(P, *L.Caller) + " unlocks it again");
    Found.Notes.push_back({L.Unlock, "it is unlocked here"});
    Found.Notes.push_back({L.Guard, "the caller's guard locks it"});
    Found.Notes.push_back({L.Where, "lock it again before this"});
  }

  /// What lies between that may leave early: a return, a throw, a call.
  std::optional<std::pair<ir::Range, std::string>>
  hazard(const Function &Fn, const CriticalSection &C) const {
    if (C.Ends.size() > 1)
      return std::make_pair(eventAt(Fn, C.Ends.front()).Where,
                            std::string("each way out unlocks by hand, "
                                        "beginning here"));
    for (const Point &At : C.Events) {
      const Event &E = eventAt(Fn, At);
      if (Fn.Blocks[At.Block].InTry || E.has(ir::Implicit))
        continue;
      if (E.What == Op::Throw)
        return std::make_pair(E.Where, std::string("this throws, and leaves "
                                                   "it locked"));
      if (E.What != Op::Call || !E.has(ir::MayThrow) || hardlyThrows(E) ||
          (!E.Callee && E.callKind() == ir::CallKind::Unknown))
        continue;
      const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
      if (Callee && Callee->Defined && !F.summaries().of(*Callee).MayThrow)
        continue;
      const std::string Name =
          Callee ? functionName(P, *Callee) : "'" + E.Text.str().str() + "'";
      return std::make_pair(E.Where,
                            "if " + Name + " throws here, it stays locked");
    }
    return std::nullopt;
  }

  void section(const Function &Fn, const CriticalSection &C) {
    const HeldLocks &H = F.held(Fn);
    const ir::Place &Lock = H.lock(C.Locks.front());
    const LockClass &Class = H.classOf(C.Locks.front());
    const Event &Begin = eventAt(Fn, C.Begin);
    // It never unlocks: another function does, or somebody adopts it.
    if (C.Ends.empty() || llvm::any_of(C.Events, [&](Point At) {
          const Event &E = eventAt(Fn, At);
          return E.What == Op::GuardBegin && E.has(ir::Adopt);
        }))
      return;
    const bool Unlocks = llvm::all_of(
        C.Ends, [&](Point At) { return eventAt(Fn, At).What == Op::Unlock; });
    if (!Unlocks)
      return;
    // An element that a range-for names has a name of its own.
    const bool Element = !isDefinite(Lock) && !Begin.Spelling.empty();
    const std::string Name =
        Element ? "'" + Begin.Spelling.str().str() + "'" : lockName(Fn, Lock);
    const auto Leak = wayOut(Fn, C, Name);
    // Macros that lock and unlock are a project's way to do it; a path that
    // forgets one of them is a mistake.
    const auto Hazard = Begin.Where.InMacro ? std::nullopt : hazard(Fn, C);
    Finding Found;
    Found.Check = "runnel-scope-manual-lock";
    Found.Where = Begin.Where;
    Found.Symbol = (Class.known() ? className(P, Class) : std::string("lock")) +
                   " in " + Fn.Id.str().str();
    if (Leak && !Unlockers.count(Class)) {
      Found.Message = Name +
                      " is locked by hand, and stays locked on a path "
                      "out of " +
                      functionName(P, Fn);
      Found.Notes.push_back({Leak->first, Leak->second});
      Found.Notes.push_back(
          {eventAt(Fn, C.Ends.front()).Where, "another path unlocks it here"});
    } else if (Hazard && isLockable(Lock)) {
      Found.Message =
          Name + " is locked and unlocked by hand around code that can leave "
                 "early";
      Found.Notes.push_back({Hazard->first, Hazard->second});
    } else {
      return;
    }
    Found.Notes.push_back(
        {Begin.Where, isLockable(Lock)
                          ? "let a guard unlock it on every path: "
                            "'std::scoped_lock'"
                          : "let an object unlock it in its destructor"});
    if (std::optional<Fix> Fix = useGuard(Fn, C, Lock))
      Found.Fixes.push_back(std::move(*Fix));
    Findings.push_back(std::move(Found));
  }

  /// lock() and unlock() stand at one level, and after the unlocking nothing
  /// happens any more: a guard then means the same.
  std::optional<Fix> useGuard(const Function &Fn, const CriticalSection &C,
                              const ir::Place &Lock) const {
    const Event &Begin = eventAt(Fn, C.Begin);
    if (!isLockable(Lock) || !Begin.Statement.editable() ||
        !Lock.Type.Spelling.str().starts_with("std::") ||
        Begin.has(ir::Shared) || Begin.Spelling.empty())
      return std::nullopt;
    Fix Result;
    const std::string Guard =
        P.module().BeforeCxx17
            ? "std::lock_guard<" + Lock.Type.Spelling.str().str() + ">"
            : "std::scoped_lock";
    Result.Description = "use a " + Guard;
    Result.Edits.push_back(
        {Begin.Statement,
         Guard + " hold(" + Begin.Spelling.str().str() + ");"});
    bool SameLevel = false;
    for (const Point &At : C.Ends) {
      const Event &E = eventAt(Fn, At);
      if (!E.Statement.editable() ||
          E.Statement.Begin.File != Begin.Statement.Begin.File ||
          E.Statement.Begin.Column < Begin.Statement.Begin.Column)
        return std::nullopt;
      SameLevel |= E.Statement.Begin.Column == Begin.Statement.Begin.Column;
      // Nothing but the way out follows.
      const std::vector<Event> &Events = Fn.Blocks[At.Block].Events;
      for (uint32_t I = At.Index + 1; I < Events.size(); ++I)
        if (Events[I].What != Op::Return && Events[I].What != Op::ScopeEnd &&
            Events[I].What != Op::Access && !Events[I].has(ir::Implicit))
          return std::nullopt;
      const auto &Succs = Fn.Blocks[At.Block].Succs;
      if (!Fn.Blocks[At.Block].Leaves &&
          (Succs.size() != 1 || !Fn.Blocks[Succs[0]].Leaves ||
           llvm::any_of(Fn.Blocks[Succs[0]].Events,
                        [](const Event &X) { return !X.has(ir::Implicit); })))
        return std::nullopt;
      Result.Edits.push_back({E.Statement, ""});
    }
    for (const ir::Variable &V : Fn.Locals)
      if (V.Id == ir::Name("hold"))
        return std::nullopt;
    for (const ir::Variable &V : Fn.Params)
      if (V.Id == ir::Name("hold"))
        return std::nullopt;
    return SameLevel ? std::optional<Fix>(std::move(Result)) : std::nullopt;
  }

  const Facts &F;
  const ir::Program &P;
  std::set<LockClass> Unlockers; ///< what some function unlocks for its caller
  std::vector<Finding> Findings;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-manual-lock", Level::Default,
                                 run);

} // namespace runnel::scope
