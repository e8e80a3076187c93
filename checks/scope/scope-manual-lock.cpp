//===- scope-manual-lock.cpp - lock() and unlock() by hand ----------------===//

#include "checks/Check.h"
#include "checks/analysis/Scope.h"
#include "checks/scope/Narrow.h"
#include "checks/scope/UnderLock.h"

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
      if (!F.held(*Fn).trivial() && !Fn->System && !isLockItself(*Fn))
        for (const CriticalSection &C : F.sections(*Fn))
          if (C.Guard == ir::NoPlace && eventAt(*Fn, C.Begin).What == Op::Lock)
            section(*Fn, C);
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

  static ir::Range endOf(ir::Range R) {
    if (R.Length == 0)
      return R;
    return R;
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
      if (E.What != Op::Call || !E.has(ir::MayThrow) || hardlyThrows(E))
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
    if (Begin.Where.InMacro)
      return;
    const std::optional<ir::Range> Leak = leak(Fn, C);
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
    const auto Hazard = hazard(Fn, C);
    const std::string Name = lockName(Fn, Lock);
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
      Found.Notes.push_back({*Leak, "leaves with " + Name + " locked"});
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
    Result.Description = "use a std::scoped_lock";
    Result.Edits.push_back(
        {Begin.Statement,
         "std::scoped_lock hold(" + Begin.Spelling.str().str() + ");"});
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
