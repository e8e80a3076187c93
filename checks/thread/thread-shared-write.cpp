//===- thread-shared-write.cpp - Threads that write one variable ----------===//
//
// A variable that several threads use at once, one of them writing it, with
// nothing that could keep them apart. Three ways it comes about:
//  1. a loop starts threads that all write what they captured or belong to;
//  2. two threads are started, one writes and the other uses it;
//  3. whoever started a thread goes on using what the thread uses, and one of
//     the two writes it.
//
// What could order the uses makes this check silent: any lock, atomic, channel,
// wait or once in the functions that use the variable or lead to them; a join
// between; conditions on what tells the threads of one loop apart. Data that is
// used under a lock anywhere is for web-inconsistent-guard.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel {

using namespace analysis;

namespace {

/// The variable as its starter, its class or the program knows it.
using Variable = Entity;

struct Use {
  Variable Of;
  const ir::Function *In = nullptr;
  Point At;
  bool Write = false;
};

/// Lets one thread know what another has done, or waits for it.
bool isSync(const ir::Event &E) {
  switch (E.What) {
  case ir::Op::Access:
    return E.has(ir::AtomicAccess);
  case ir::Op::Lock:
  case ir::Op::Unlock:
  case ir::Op::GuardBegin:
  case ir::Op::GuardLock:
  case ir::Op::Wait:
  case ir::Op::Notify:
  case ir::Op::Join:
  case ir::Op::CountDone:
  case ir::Op::CountWait:
  case ir::Op::OnceCall:
  case ir::Op::PromiseSet:
  case ir::Op::Send:
  case ir::Op::Recv:
  case ir::Op::Close:
  case ir::Op::Select:
  case ir::Op::Cancel:
    return true;
  default:
    return false;
  }
}

bool hasSync(const ir::Function &F, bool CountsDown) {
  bool Has = F.Incomplete || F.Coroutine;
  forEachEvent(F, [&](Point, const ir::Event &E) {
    // Counting down tells that it is over, and orders nothing before.
    Has |= isSync(E) && !(CountsDown && E.What == ir::Op::CountDone);
  });
  return Has;
}

bool runsInParallel(const ir::Event &Spawn) {
  switch (Spawn.spawnKind()) {
  case ir::SpawnKind::Thread:
  case ir::SpawnKind::JoiningThread:
  case ir::SpawnKind::Async:
  case ir::SpawnKind::Goroutine:
    return true;
  case ir::SpawnKind::Pool:
  case ir::SpawnKind::Callback:
    return false;
  }
  return false;
}

class SharedWrites {
public:
  explicit SharedWrites(const Facts &F)
      : F(F), P(F.program()), G(F.callGraph()) {}

  std::vector<Finding> run() {
    std::map<const ir::Function *, std::vector<const Start *>> ByStarter;
    for (const Start &S : G.starts())
      if (!S.In->System && S.Body->Defined &&
          runsInParallel(eventAt(*S.In, S.At)))
        ByStarter[S.In].push_back(&S);
    for (const ir::Function *Fn : G.functions())
      if (auto It = ByStarter.find(Fn); It != ByStarter.end())
        starter(It->second);
    return std::move(Out);
  }

private:
  void starter(llvm::ArrayRef<const Start *> Starts) {
    std::vector<std::vector<Use>> Uses;
    for (const Start *S : Starts)
      Uses.push_back(usesOf(*S));
    for (size_t I = 0; I < Starts.size(); ++I) {
      if (Uses[I].empty())
        continue;
      if (isOneOfMany(*Starts[I]))
        byMany(*Starts[I], Uses[I]);
      else
        byStarter(*Starts[I], Uses[I]);
      for (size_t J = 0; J < Starts.size(); ++J)
        if (J != I && !Uses[J].empty())
          byTwo(*Starts[I], Uses[I], *Starts[J], Uses[J]);
    }
  }

  /// What the thread uses, itself or in functions it calls, where nothing could
  /// order the uses.
  std::vector<Use> usesOf(const Start &S) const {
    std::vector<Use> Uses;
    std::set<const ir::Function *> Seen;
    collect(S, *S.Body, MaxCalls, Seen, Uses);
    return Uses;
  }

  void collect(const Start &S, const ir::Function &Fn, unsigned Depth,
               std::set<const ir::Function *> &Seen,
               std::vector<Use> &Uses) const {
    if (!Seen.insert(&Fn).second || hasSync(Fn, &Fn == S.Body))
      return;
    const HeldLocks &Held = F.held(Fn);
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::Access && E.Subject != ir::NoPlace &&
          !E.has(ir::Implicit) && !E.has(ir::AddressTaken))
        if (Variable V = variable(S, Fn, E); V.known())
          Uses.push_back({V, &Fn, At, E.has(ir::Write)});
    });
    if (Depth == 0 || !Held.trivial())
      return;
    for (const CallEdge &C : G.callees(Fn))
      if (C.How == CallEdge::Direct && C.Callee->Record == owner(*S.In) &&
          C.Callee->Record)
        if (const ir::Event &E = eventAt(Fn, C.At);
            E.Subject != ir::NoPlace &&
            normalized(Fn, Fn.place(E.Subject)).Root == ir::Place::This &&
            normalized(Fn, Fn.place(E.Subject)).Path.empty())
          collect(S, *C.Callee, Depth - 1, Seen, Uses);
  }

  ir::Name owner(const ir::Function &Fn) const {
    return G.enclosing(P, Fn).Record;
  }

  /// Of a kind that two threads cannot use at once.
  static bool isPlain(const ir::TypeRef &T) {
    if (T.Const || T.Volatile)
      return false;
    switch (T.Is) {
    case ir::Role::Data:
      return T.Scalar;
    case ir::Role::Container:
    case ir::Role::Optional:
    case ir::Role::SharedPointer:
    case ir::Role::OwningPointer:
      return true;
    default:
      return false;
    }
  }

  /// Not known: what is the thread's own, an element, behind a pointer.
  Variable variable(const Start &S, const ir::Function &Fn,
                    const ir::Event &E) const {
    ir::Place Pl = normalized(Fn, Fn.place(E.Subject));
    const ir::TypeRef Type = Pl.Type;
    if (!isPlain(Type))
      return {};
    if (Pl.Root == ir::Place::Capture) {
      // A local of the starter, captured by reference.
      if (&Fn != S.Body || Fn.Parent != S.In->Symbol ||
          Pl.Index >= Fn.Captures.size() ||
          !Fn.Captures[Pl.Index].ByReference ||
          Fn.Captures[Pl.Index].Source == ir::NoPlace)
        return {};
      ir::Place Source = S.In->place(Fn.Captures[Pl.Index].Source);
      Source.Path.insert(Source.Path.end(), Pl.Path.begin(), Pl.Path.end());
      Source.Type = Type;
      Pl = normalized(*S.In, Source);
      if (Pl.Root == ir::Place::Local &&
          (Pl.Index >= S.In->Locals.size() ||
           S.In->Locals[Pl.Index].Type.indirect()))
        return {};
    }
    if (Pl.Root != ir::Place::Local && Pl.Root != ir::Place::This &&
        Pl.Root != ir::Place::Global)
      return {};
    if (Pl.Root == ir::Place::Local && Fn.Symbol != S.In->Symbol &&
        Fn.place(E.Subject).Root != ir::Place::Capture)
      return {};
    if (Pl.Root == ir::Place::This && owner(Fn) != owner(*S.In))
      return {};
    for (const ir::Step &Step : Pl.Path)
      if (Step.How != ir::Step::Field || !P.field(Step.Symbol) ||
          (&Step != &Pl.Path.back() &&
           P.field(Step.Symbol)->Type.Is != ir::Role::Data))
        return {};
    if (Pl.Root != ir::Place::Local && isLockedSomewhere(Pl))
      return {};
    Variable V = lockClass(Pl.Root == ir::Place::Local ? *S.In : Fn, Pl);
    return V.Element ? Variable() : V;
  }

  bool isLockedSomewhere(const ir::Place &Pl) const {
    const ir::Name Symbol = Pl.Path.empty() ? Pl.Symbol : Pl.Path.back().Symbol;
    if (const ir::Global *Var = P.global(Symbol); Var && Var->ThreadLocal)
      return true;
    const Guarding *Of = F.guardedBy().of(Symbol);
    return Of && (!Of->Locks.empty() || Of->Declared.known());
  }

  /// Started in each turn of a loop, without waiting for it in there.
  bool isOneOfMany(const Start &S) const {
    const ir::Event &Spawn = eventAt(*S.In, S.At);
    const std::vector<ir::BlockId> Loop = innermostLoop(*S.In, S.At.Block);
    if (Loop.empty() || !S.Body->Lambda)
      return false;
    bool Detached = false, Meets = false;
    for (ir::BlockId B : Loop)
      for (const ir::Event &E : S.In->Blocks[B].Events) {
        Detached |= E.What == ir::Op::Detach;
        // A temporary thread dies where it was moved from.
        Meets |= (E.What == ir::Op::Join &&
                  !(E.has(ir::Implicit) && E.Statement == Spawn.Statement)) ||
                 E.What == ir::Op::CountWait || E.What == ir::Op::Recv ||
                 E.What == ir::Op::Wait || E.What == ir::Op::Select;
      }
    if (Meets)
      return false;
    if (Spawn.Subject == ir::NoPlace || Detached)
      return true;
    const ir::Place &Handle = S.In->place(Spawn.Subject);
    return Handle.Type.Is == ir::Role::WaitGroup ||
           Handle.Type.Is == ir::Role::Group ||
           llvm::any_of(Handle.Path, [](const ir::Step &Step) {
             return Step.How == ir::Step::Index;
           });
  }

  /// Some condition tells the threads that run one body apart.
  static bool tellsApart(const ir::Function &Fn) {
    return llvm::any_of(Fn.Blocks, [&](const ir::Block &B) {
      return B.Succs.size() > 1 &&
             llvm::any_of(B.Cond.Reads, [&](ir::PlaceId R) {
               const ir::Place &Pl = Fn.place(R);
               return Pl.Root == ir::Place::Param ||
                      (Pl.Root == ir::Place::Capture &&
                       Pl.Index < Fn.Captures.size() &&
                       !Fn.Captures[Pl.Index].ByReference &&
                       !Fn.Captures[Pl.Index].IsThis);
             });
    });
  }

  bool isMadeInLoop(const Start &S, const Variable &V) const {
    if (V.How != LockClass::Local)
      return false;
    for (ir::BlockId B : innermostLoop(*S.In, S.At.Block))
      for (const ir::Event &E : S.In->Blocks[B].Events)
        if (E.What == ir::Op::Declare && E.Subject != ir::NoPlace &&
            lockClass(*S.In, S.In->place(E.Subject)) == V)
          return true;
    return false;
  }

  static std::string threads(const Start &S, bool Many) {
    const bool Green =
        eventAt(*S.In, S.At).spawnKind() == ir::SpawnKind::Goroutine;
    return std::string(Many ? "" : "a ") + (Green ? "goroutine" : "thread") +
           (Many ? "s" : "");
  }

  std::string advice(const Use &U) const {
    const ir::TypeRef &T = U.In->place(eventAt(*U.In, U.At).Subject).Type;
    return T.Is == ir::Role::Container
               ? "let each have its own and bring them together at the end, "
                 "send the elements through a channel, or lock a mutex for "
                 "every use"
               : "let each have its own and bring them together at the end, "
                 "send the values through a channel, or use an atomic or a "
                 "mutex";
  }

  void byMany(const Start &S, llvm::ArrayRef<Use> Uses) {
    for (const Use &U : Uses)
      if (U.Write && !tellsApart(*U.In) && !isMadeInLoop(S, U.Of) &&
          Told.insert(U.Of).second) {
        Finding Found = start(U);
        Found.Message = threads(S, true) + " write '" + nameOf(P, U.Of) +
                        "' at once, with nothing to keep them apart: a data "
                        "race";
        Found.Notes.push_back(
            {rangeAt(*S.In, S.At),
             threads(S, false) + " is started here in each turn of the loop"});
        Found.Notes.push_back({Found.Where, advice(U)});
        Out.push_back(std::move(Found));
        return;
      }
  }

  /// The events of \p Fn, calls among them, that may wait for another thread.
  const std::set<const ir::Event *> &rendezvous(const ir::Function &Fn) {
    auto [It, New] = Meetings.try_emplace(&Fn);
    if (New)
      forEachEvent(Fn, [&](Point At, const ir::Event &E) {
        if (isSync(E) || E.What == ir::Op::Block || E.What == ir::Op::Suspend ||
            (E.What == ir::Op::Call &&
             (G.isOpen(Fn, At) || llvm::any_of(F.summaries().effectsAt(Fn, At),
                                               [](const Effect &Of) {
                                                 return Of.What !=
                                                        Effect::Spawn;
                                               }))))
          It->second.insert(&E);
      });
    return It->second;
  }

  /// \p B is started while \p A runs.
  bool runBeside(const Start &A, const Start &B) {
    const std::set<const ir::Event *> &Meets = rendezvous(*A.In);
    auto Next = nextAfter(
        *A.In, A.At,
        [&](const ir::Event &E) { return &E == &eventAt(*B.In, B.At); },
        [&](const ir::Event &E) { return Meets.count(&E) != 0; });
    return Next.has_value();
  }

  void byTwo(const Start &S, llvm::ArrayRef<Use> Uses, const Start &Other,
             llvm::ArrayRef<Use> Theirs) {
    for (const Use &U : Uses)
      for (const Use &T : Theirs)
        if (U.Of == T.Of && (U.Write || T.Write) && !Told.count(U.Of) &&
            runBeside(S, Other)) {
          Told.insert(U.Of);
          const Use &Writer = U.Write ? U : T, &Reader = U.Write ? T : U;
          Finding Found = start(Writer);
          Found.Message = "one of two " + threads(S, true) + " writes '" +
                          nameOf(P, U.Of) + "' while the other " +
                          (Reader.Write ? "writes" : "reads") +
                          " it, with nothing to keep them apart: a data race";
          Found.Notes.push_back(
              {rangeAt(*S.In, S.At), "the first is started here"});
          Found.Notes.push_back(
              {rangeAt(*Other.In, Other.At), "the second is started here"});
          Found.Notes.push_back(
              {rangeAt(*Reader.In, Reader.At),
               std::string(Reader.Write ? "it is written" : "it is read") +
                   " here, too"});
          Found.Notes.push_back({Found.Where, advice(Writer)});
          Out.push_back(std::move(Found));
          return;
        }
  }

  /// A local that the thread writes, and its starter uses before the join.
  void byStarter(const Start &S, llvm::ArrayRef<Use> Uses) {
    const ir::Event &Spawn = eventAt(*S.In, S.At);
    // The temporary that std::async returns waits in its destructor.
    if (Spawn.spawnKind() == ir::SpawnKind::Async &&
        Spawn.Subject == ir::NoPlace)
      return;
    for (const Use &U : Uses) {
      if (Told.count(U.Of))
        continue;
      const ir::Place::Kind Root =
          U.Of.How == LockClass::Local    ? ir::Place::Local
          : U.Of.How == LockClass::Global ? ir::Place::Global
                                          : ir::Place::This;
      const std::set<const ir::Event *> &Meets = rendezvous(*S.In);
      auto Mine = nextAfter(
          *S.In, S.At,
          [&](const ir::Event &E) {
            return E.What == ir::Op::Access && !E.has(ir::Implicit) &&
                   !E.has(ir::AddressTaken) && E.Subject != ir::NoPlace &&
                   (U.Write || E.has(ir::Write)) &&
                   normalized(*S.In, S.In->place(E.Subject)).Root == Root &&
                   isPlain(S.In->place(E.Subject).Type) &&
                   lockClass(*S.In, S.In->place(E.Subject)) == U.Of;
          },
          [&](const ir::Event &E) { return Meets.count(&E) != 0; });
      if (!Mine)
        continue;
      Told.insert(U.Of);
      Finding Found = start({U.Of, S.In, *Mine, false});
      Found.Message =
          "'" + nameOf(P, U.Of) + "' is " + (U.Write ? "used" : "written") +
          " while " + threads(S, false) + " that " +
          (U.Write ? "writes" : "reads") + " it may run: a data race";
      Found.Notes.push_back({rangeAt(*S.In, S.At), "it is started here"});
      Found.Notes.push_back({rangeAt(*U.In, U.At), U.Write
                                                       ? "and writes it here"
                                                       : "and reads it here"});
      Found.Notes.push_back(
          {Found.Where, U.Write ? "wait for its end first, or let it send the "
                                  "value through a channel"
                                : "write it before the start, or use an "
                                  "atomic, or a mutex for both"});
      Out.push_back(std::move(Found));
    }
  }

  Finding start(const Use &U) const {
    Finding Found;
    Found.Check = "runnel-thread-shared-write";
    Found.Where = rangeAt(*U.In, U.At);
    Found.Symbol = className(P, U.Of);
    return Found;
  }

  static constexpr unsigned MaxCalls = 2;

  const Facts &F;
  const ir::Program &P;
  const CallGraph &G;
  std::map<const ir::Function *, std::set<const ir::Event *>> Meetings;
  std::set<Variable> Told;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return SharedWrites(F).run();
}

static const CheckRegistration X("runnel-thread-shared-write", Level::Default,
                                 run);

} // namespace runnel
