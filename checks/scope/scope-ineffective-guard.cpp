//===- scope-ineffective-guard.cpp - Guards that guard nothing ------------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Scope.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Operand;
using ir::Place;
using ir::PlaceId;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function *Fn : F.callGraph().functions()) {
      if (Fn->System || Fn->Implicit || Fn->Incomplete)
        continue;
      const ir::Record *R = Fn->Record ? P.record(Fn->Record) : nullptr;
      if (R && (R->Is != ir::Role::Data || (R->Traits & ir::LockWrapper)))
        continue;
      function(*Fn);
    }
    threadLocks();
    return std::move(Findings);
  }

private:
  void function(const Function &Fn) {
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B)
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I) {
        const Event &E = Fn.Blocks[B].Events[I];
        if (E.What == Op::Lock && E.has(ir::Try) && E.has(ir::Unnamed) &&
            !E.Where.InMacro)
          unheeded(Fn, {B, I});
        if (E.What != Op::GuardBegin || E.Subject == ir::NoPlace ||
            E.Where.InMacro)
          continue;
        if (E.has(ir::Unnamed) || Fn.place(E.Subject).Root == Place::Unknown)
          unnamed(Fn, {B, I});
        else if (!touchedElsewhere(Fn, {B, I}))
          named(Fn, {B, I});
      }
    localLocks(Fn);
    copiedLocks(Fn);
  }

  Finding &report(const Function &Fn, const ir::Range &Where,
                  std::string Message) {
    Finding &Found = Findings.emplace_back();
    Found.Check = "runnel-scope-ineffective-guard";
    Found.Where = Where;
    Found.Message = std::move(Message);
    Found.Symbol = Fn.Id.str().str();
    return Found;
  }

  /// A temporary that dies in its own statement, before anything happens.
  void unnamed(const Function &Fn, Point At) {
    const Event &Begin = eventAt(Fn, At);
    const std::vector<Event> &Events = Fn.Blocks[At.Block].Events;
    if (Begin.has(ir::Defer) || At.Index + 1 >= Events.size())
      return;
    // Asked whether it has the lock: `if (std::unique_lock(m, try_to_lock))`.
    size_t I = At.Index + 1;
    if (Events[I].What == Op::Access && Events[I].Subject == Begin.Subject &&
        I + 1 < Events.size())
      ++I;
    const Event &Next = Events[I];
    if (Next.What != Op::GuardEnd || Next.Subject != Begin.Subject)
      return;
    const std::string Lock = lockText(Fn, Begin);
    Finding &Found = report(Fn, Begin.Where,
                            "this guard has no name: " + Lock +
                                " is unlocked again at the end of the "
                                "statement");
    Found.Notes.push_back({Begin.Where, "give it a name, to hold " + Lock +
                                            " until the end of the scope"});
    const ir::TypeRef &Type = Fn.place(Begin.Subject).Type;
    if (Begin.Where.editable() && Begin.Spelling && Type.Spelling &&
        Begin.Args.size() == 1 && !Begin.has(ir::Try | ir::Adopt) &&
        nameIsFree(Fn, "hold"))
      Found.Fixes.push_back(
          {"name the guard",
           {{Begin.Where, Type.Spelling.str().str() + " hold(" +
                              Begin.Spelling.str().str() + ")"}}});
  }

  /// try_lock() whose answer is thrown away. With nothing before the unlocking
  /// it is a way to be sure that it is unlocked.
  void unheeded(const Function &Fn, Point At) {
    const Event &Try = eventAt(Fn, At);
    const std::vector<Event> &Events = Fn.Blocks[At.Block].Events;
    if (At.Index + 1 < Events.size() && Events[At.Index + 1].What == Op::Unlock)
      return;
    const std::string Lock = Try.Subject == ir::NoPlace
                                 ? "the lock"
                                 : lockName(Fn, Fn.place(Try.Subject));
    Finding &Found = report(Fn, Try.Where,
                            "nobody looks whether " + Lock +
                                " was locked: what follows may run without it");
    Found.Notes.push_back(
        {Try.Where, "lock it, or go on only if the call returns success"});
  }

  static bool nameIsFree(const Function &Fn, llvm::StringRef Name) {
    auto Has = [&](const ir::Variable &V) { return V.Id.str() == Name; };
    return llvm::none_of(Fn.Locals, Has) && llvm::none_of(Fn.Params, Has);
  }

  static std::string lockText(const Function &Fn, const Event &Begin) {
    for (const Operand &O : Begin.Args)
      if (O.Place != ir::NoPlace)
        return lockName(Fn, Fn.place(O.Place));
    return "the lock";
  }

  /// Something other than its own beginning and end concerns the guard.
  bool touchedElsewhere(const Function &Fn, Point At) const {
    const PlaceId Guard = eventAt(Fn, At).Subject;
    const Place &G = Fn.place(Guard);
    if (G.Root != Place::Local || !G.Path.empty())
      return true;
    auto IsIt = [&](PlaceId P) { return P == Guard; };
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      if (IsIt(Fn.Blocks[B].Cond.Subject))
        return true;
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I) {
        const Event &E = Fn.Blocks[B].Events[I];
        if (Point{B, I} == At || E.What == Op::GuardEnd ||
            E.What == Op::Declare || E.What == Op::ScopeEnd)
          continue;
        if (IsIt(E.Subject) || IsIt(E.Other) ||
            llvm::any_of(E.Args,
                         [&](const Operand &O) { return IsIt(O.Place); }))
          return true;
      }
    }
    return capturedByLambda(Fn, Guard);
  }

  bool capturedByLambda(const Function &Fn, PlaceId What) const {
    for (const Function *L : P.lambdas(Fn.Symbol))
      for (const ir::Capture &C : L->Captures)
        if (C.Source != ir::NoPlace &&
            Fn.place(C.Source).sameAs(Fn.place(What)))
          return true;
    return false;
  }

  void named(const Function &Fn, Point At) {
    const Event &Begin = eventAt(Fn, At);
    const ir::Variable &V = Fn.Locals[Fn.place(Begin.Subject).Index];
    const std::string Name = "'" + V.Id.str().str() + "'";
    if (Begin.Args.empty()) {
      // What a guard of somebody else's is made of may hide its lock.
      if (V.Type.has(ir::UserDefined) ||
          !V.Type.Spelling.str().starts_with("std::"))
        return;
      Finding &Found = report(Fn, Begin.Where.valid() ? Begin.Where : V.Where,
                              Name + " locks nothing: no lock was given to it");
      Found.Notes.push_back({V.Where, "say which lock it is to hold: '" +
                                          V.Id.str().str() + "(...)'"});
      return;
    }
    if (Begin.has(ir::Defer)) {
      Finding &Found =
          report(Fn, Begin.Where,
                 Name + " was told to lock " + lockText(Fn, Begin) +
                     " later, but nothing ever does");
      Found.Notes.push_back({V.Where, "call " + Name +
                                          ".lock(), or leave out "
                                          "'std::defer_lock'"});
      return;
    }
    if (Begin.has(ir::Try) && V.Type.Spelling.str().starts_with("std::")) {
      Finding &Found =
          report(Fn, Begin.Where,
                 "nobody asks " + Name + " whether it got " +
                     lockText(Fn, Begin) + ": what follows may run without it");
      Found.Notes.push_back({V.Where, "go on only if '" + V.Id.str().str() +
                                          ".owns_lock()', or wait for it"});
      return;
    }
    if (Begin.has(ir::Adopt)) {
      adopted(Fn, At);
      return;
    }
    if (isEmpty(Fn, At)) {
      Finding &Found = report(
          Fn, Begin.Where,
          lockText(Fn, Begin) + " is locked and unlocked with nothing between");
      Found.Notes.push_back(
          {V.Where, "extend the scope over what is to be guarded; if the wait "
                    "itself is the purpose, say so with RUNNEL_ALLOW"});
    }
  }

  /// A guard that is told that its lock is locked already, and it is not.
  void adopted(const Function &Fn, Point At) {
    const Event &Begin = eventAt(Fn, At);
    const HeldLocks &H = F.held(Fn);
    if (H.trivial() || Begin.Args.size() != 1 ||
        Begin.Args[0].Place == ir::NoPlace)
      return;
    const std::optional<LockIndex> L = H.indexOf(Fn.place(Begin.Args[0].Place));
    if (!L || !isDefinite(H.lock(*L)))
      return;
    const LockClass &Class = H.classOf(*L);
    const ir::Field *Field =
        Class.How == LockClass::Field ? P.field(Class.Symbol) : nullptr;
    const ir::Record *R = Field ? P.recordOfField(Class.Symbol) : nullptr;
    // Others could lock it for us.
    if (!R || Field->Visible != ir::Access::Private ||
        (R->InHeader && !P.whole()))
      return;
    if (llvm::any_of(H.before(At).Holds, [&](const Hold &Held) {
          return H.classOf(Held.Lock) == Class && Held.Is != Presence::No;
        }))
      return;
    for (const Function *Other : F.callGraph().functions()) {
      for (const LockEffect &E : F.summaries().of(*Other).Locks)
        if (E.Is != Presence::No && lockClass(*Other, E.Lock) == Class)
          return;
      const HeldLocks &Theirs = F.held(*Other);
      for (const CallEdge *Call : F.callGraph().callers(Fn))
        if (Call->Caller == Other && !Theirs.trivial() &&
            llvm::any_of(Theirs.before(Call->At).Holds, [&](const Hold &Held) {
              return Theirs.classOf(Held.Lock) == Class;
            }))
          return;
    }
    Finding &Found = report(Fn, Begin.Where,
                            lockText(Fn, Begin) +
                                " is adopted here, but nobody has locked it");
    Found.Notes.push_back(
        {Begin.Where, "lock it before, or leave out 'std::adopt_lock'"});
  }

  /// Nothing happens under the guard. Not so where it is done to be sure that a
  /// waiter sees what was written before: a notification follows, or the
  /// function is a destructor, or something was written just before.
  bool isEmpty(const Function &Fn, Point At) const {
    const std::vector<Event> &Events = Fn.Blocks[At.Block].Events;
    if (Fn.Destructor || At.Index + 1 >= Events.size() ||
        Events[At.Index + 1].What != Op::GuardEnd ||
        Events[At.Index + 1].Subject != Events[At.Index].Subject ||
        !Fn.Body.valid())
      return false;
    for (const ir::Block &B : Fn.Blocks)
      for (const Event &E : B.Events)
        if (E.What == Op::Notify || E.has(ir::AtomicAccess))
          return false;
    // The last thing in the function: what is returned was computed before.
    return true;
  }

  /// A condition variable needs some lock, whosoever.
  static bool isWaitedWith(const Function &Fn, PlaceId Guard) {
    return llvm::any_of(Fn.Blocks, [&](const ir::Block &B) {
      return llvm::any_of(B.Events, [&](const Event &E) {
        return E.What == Op::Wait && E.Other == Guard;
      });
    });
  }

  /// thread_local std::mutex m;
  void threadLocks() {
    for (const ir::Global &G : P.module().Globals)
      if (G.ThreadLocal && G.Type.Is == ir::Role::Lock && !G.System &&
          !G.Type.indirect() && !G.Where.InMacro && isLocked(G.Symbol)) {
        Finding &Found = Findings.emplace_back();
        Found.Check = "runnel-scope-ineffective-guard";
        Found.Where = G.Where;
        Found.Symbol = G.Id.str().str();
        Found.Message = "'" + G.Id.str().str() +
                        "' is another lock in each thread: it keeps nobody out";
        Found.Notes.push_back({G.Where, "make it 'static', beside the data it "
                                        "guards"});
      }
  }

  bool isLocked(ir::Name Global) const {
    return llvm::any_of(P.module().Functions, [&](const Function &Fn) {
      return llvm::any_of(Fn.Blocks, [&](const ir::Block &B) {
        return llvm::any_of(B.Events, [&](const Event &E) {
          const PlaceId Lock = E.What == Op::Lock ? E.Subject
                               : E.What == Op::GuardBegin && !E.Args.empty()
                                   ? E.Args[0].Place
                                   : ir::NoPlace;
          return Lock != ir::NoPlace && Fn.place(Lock).Path.empty() &&
                 Fn.place(Lock).Root == Place::Global &&
                 Fn.place(Lock).Symbol == Global;
        });
      });
    });
  }

  /// A lock of one call: no other thread can ever see it.
  /// The lock of an object that was passed by value: its owner has another.
  void copiedLocks(const Function &Fn) {
    for (uint32_t I = 0; I < Fn.Params.size(); ++I) {
      const ir::Variable &V = Fn.Params[I];
      if (V.Type.Is != ir::Role::Data || V.Type.indirect() || !V.Type.Record ||
          V.Type.RValue || V.Where.InMacro)
        continue;
      auto IsIn = [&](PlaceId P) {
        return P != ir::NoPlace && Fn.place(P).Root == Place::Param &&
               Fn.place(P).Index == I;
      };
      const ir::Range *Locked = nullptr;
      ir::Name Lock;
      bool Shared = false;
      for (const ir::Block &B : Fn.Blocks)
        for (const Event &E : B.Events) {
          const bool Takes = E.What == Op::GuardBegin || E.What == Op::Lock;
          for (const Operand &O : E.Args)
            if (IsIn(O.Place)) {
              const auto &Path = Fn.place(O.Place).Path;
              if (Takes && Path.size() == 1 && Path[0].How == ir::Step::Field &&
                  !Locked) {
                Locked = &E.Where;
                Lock = Path[0].Symbol;
              } else if (!Takes) {
                Shared = true;
              }
            }
          Shared |= E.What == Op::Call && IsIn(E.Subject);
        }
      for (const Function *L : P.lambdas(Fn.Symbol))
        for (const ir::Capture &C : L->Captures)
          Shared |= IsIn(C.Source);
      const ir::Field *Of = P.field(Lock);
      if (!Locked || Shared || !Of || Of->Type.indirect() ||
          Of->Type.Is != ir::Role::Lock)
        continue;
      const std::string Name = "'" + V.Id.str().str() + "'";
      Finding &Found = report(
          Fn, *Locked,
          "'" + Of->Id.str().str() + "' belongs to " + Name +
              ", which is a copy of this call's own: the caller's object has "
              "another lock");
      Found.Notes.push_back({V.Where, Name + " is passed by value"});
      Found.Notes.push_back({V.Where, "pass it by reference"});
    }
  }

  void localLocks(const Function &Fn) {
    for (uint32_t I = 0; I < Fn.Locals.size(); ++I) {
      const ir::Variable &V = Fn.Locals[I];
      if (V.Type.Is != ir::Role::Lock || V.Type.indirect() || V.Where.InMacro)
        continue;
      const ir::Range *Locked = nullptr;
      bool Shared = false;
      auto IsIt = [&](PlaceId P) {
        return P != ir::NoPlace && Fn.place(P).Root == Place::Local &&
               Fn.place(P).Index == I;
      };
      for (const ir::Block &B : Fn.Blocks)
        for (const Event &E : B.Events) {
          const bool Names = IsIt(E.Subject) || IsIt(E.Other) ||
                             llvm::any_of(E.Args, [&](const Operand &O) {
                               return IsIt(O.Place);
                             });
          if (!Names)
            continue;
          if (E.What == Op::GuardBegin || E.What == Op::Lock) {
            Locked = Locked ? Locked : &E.Where;
            Shared |= E.What == Op::GuardBegin && isWaitedWith(Fn, E.Subject);
          } else if (E.What != Op::Unlock && E.What != Op::Declare &&
                     E.What != Op::ScopeEnd && E.What != Op::GuardEnd)
            Shared = true;
        }
      for (const Function *L : P.lambdas(Fn.Symbol))
        for (const ir::Capture &C : L->Captures)
          Shared |= IsIt(C.Source);
      if (!Locked || Shared)
        continue;
      const std::string Name = "'" + V.Id.str().str() + "'";
      Finding &Found =
          report(Fn, V.Where,
                 Name + " is a lock of this call alone: every caller locks "
                        "another one");
      Found.Notes.push_back({*Locked, "locked here, without effect"});
      Found.Notes.push_back(
          {V.Where, "make it a member beside the data it guards, or 'static'"});
    }
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Findings;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-ineffective-guard",
                                 Level::Default, run);

} // namespace runnel::scope
