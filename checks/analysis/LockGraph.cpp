//===- LockGraph.cpp - Which lock is acquired while which is held ---------===//

#include "checks/analysis/LockGraph.h"

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/Components.h"
#include "checks/analysis/EffectCollector.h"
#include "checks/analysis/Singletons.h"

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::Place;

/// Two things of a kind: `a` and `b`, `a.id` and `b.id`; not a balance and an
/// amount.
static bool alike(const Place &A, const Place &B) {
  return !A.sameRoot(B) && A.Type.Spelling == B.Type.Spelling &&
         A.Path == B.Path;
}

/// Whether the function compares two things of a kind to decide what to do:
/// how code that locks two objects of one class in a fixed order looks.
static bool ordersObjects(const Function &F) {
  return llvm::any_of(F.Blocks, [&](const ir::Block &B) {
    const ir::Condition &C = B.Cond;
    if (C.What == ir::Condition::Compare)
      return C.How >= ir::Condition::LT && C.Against != ir::NoPlace &&
             C.Subject != ir::NoPlace &&
             alike(F.place(C.Subject), F.place(C.Against));
    if (C.What != ir::Condition::Opaque)
      return false;
    llvm::StringRef Text = C.Text.str();
    if (Text.contains("less"))
      return true;
    if (Text.find_first_of("<>") == Text.npos)
      return false;
    for (size_t I = 0; I < C.Reads.size(); ++I)
      for (size_t J = 0; J != I; ++J)
        if (alike(F.place(C.Reads[I]), F.place(C.Reads[J])))
          return true;
    // Addresses.
    return Text.contains('&');
  });
}

/// Nobody else can want it, or nobody can say what it is.
static bool isPrivate(const LockClass &C) {
  return !C.known() || C.How == LockClass::Local;
}

/// Several locks taken by one event, or one statement, back off together.
static bool sameGroup(const Function &F, const Hold &Held, Point At) {
  if (!Held.At.valid())
    return false;
  if (Held.At == At)
    return true;
  const Event &A = eventAt(F, Held.At), &B = eventAt(F, At);
  return A.has(ir::Avoiding) && B.has(ir::Avoiding) && A.Where == B.Where;
}

namespace {
using Ends = std::pair<LockClass, LockClass>;
struct HashEnds {
  size_t operator()(const Ends &E) const {
    return llvm::hash_combine(E.first.Symbol.key(), E.first.Index,
                              E.second.Symbol.key(), E.second.Index);
  }
};
struct Raw {
  LockEdge::Instance How = LockEdge::OtherClass;
  std::vector<LockWitness> Witnesses;
};
/// The locks a function may find held at its event, and wait for.
class EdgeFinder {
public:
  /// Where to put a witness of an edge; null if there are enough.
  using Sink = llvm::function_ref<std::vector<LockWitness> *(
      const LockClass &, const LockClass &, LockEdge::Instance)>;
  using ReentrySink =
      llvm::function_ref<void(const LockClass &, bool, LockWitness)>;

  EdgeFinder(const Summaries &S, const BeforeThreads &B, const Singletons &One,
             const Function &F)
      : S(S), B(B), One(One), F(F), H(S.held(F)), Collector(S, F) {}

  void run(Sink Room, ReentrySink AddReentry) {
    if (H.trivial() || B.function(F))
      return;
    H.walk([&](Point At, const Event &E, const LockState &Before) {
      if (Before.Holds.empty() || B.event(F, At) || !mayAcquire(E))
        return;
      const bool Any = llvm::any_of(Before.Holds, counts);
      if (!Any)
        return;
      Effects.clear();
      Collector.effects(At, E, Before, Effects);
      for (const Effect &Got : Effects)
        if (Got.What == Effect::Acquire &&
            !(Got.Flags & (ir::Try | ir::WithTimeout)))
          pair(At, Before, Got, Room, AddReentry);
    });
  }

private:
  static bool mayAcquire(const Event &E) {
    switch (E.What) {
    case ir::Op::Lock:
    case ir::Op::GuardBegin:
    case ir::Op::GuardLock:
    case ir::Op::Call:
    case ir::Op::Block:
    case ir::Op::OnceCall:
    case ir::Op::Wait:
      return true;
    default:
      return false;
    }
  }
  static bool counts(const Hold &Held) {
    return Held.sure() && (Held.here() || Held.From == Origin::Contract);
  }

  /// `this` and `Logger::get()` are one object of a class of which there is
  /// one.
  bool isSameLock(const Hold &Held, const Effect &Got,
                  const LockClass &To) const {
    const Place &First = H.lock(Held.Lock);
    if (sameObject(First, Got.On))
      return true;
    return H.classOf(Held.Lock) == To && To.How == LockClass::Field &&
           First.Root != Got.On.Root &&
           sameObject(One.resolved(F, First), One.resolved(F, Got.On));
  }

  void pair(Point At, const LockState &Before, const Effect &Got, Sink Room,
            ReentrySink AddReentry) {
    const LockClass To = lockClass(F, Got.On);
    // What is held already is not waited for, whatever was locked since.
    const bool Again = llvm::any_of(Before.Holds, [&](const Hold &Held) {
      return counts(Held) && isSameLock(Held, Got, To) &&
             S.stillHeld(F, Before, Held, Got);
    });
    for (const Hold &Held : Before.Holds) {
      if (!counts(Held) || !S.stillHeld(F, Before, Held, Got) ||
          (!Got.Via && sameGroup(F, Held, At)))
        continue;
      const Place &First = H.lock(Held.Lock);
      const LockClass &From = H.classOf(Held.Lock);
      if (isSameLock(Held, Got, To)) {
        AddReentry(From, First.Type.has(ir::Recursive),
                   witness(At, Before, Held, Got));
        continue;
      }
      if (Again || isPrivate(From) || isPrivate(To) ||
          isAlias(S.program(), From) || isAlias(S.program(), To) ||
          (Held.Shared && (Got.Flags & ir::Shared)) ||
          (From == To && ordersObjects(F)))
        continue;
      LockEdge::Instance How = LockEdge::OtherClass;
      if (From == To)
        How = isDefinite(First) && isDefinite(Got.On) ? LockEdge::OtherObject
                                                      : LockEdge::MaybeSame;
      if (std::vector<LockWitness> *Into = Room(From, To, How))
        Into->push_back(witness(At, Before, Held, Got));
    }
  }

  LockWitness witness(Point At, const LockState &Before, const Hold &Held,
                      const Effect &Got) const {
    LockWitness W;
    W.In = &F;
    W.Held = Held.At;
    W.Acquired = At;
    W.First = H.lock(Held.Lock);
    W.Second = Got.On;
    W.FirstShared = Held.Shared;
    W.SecondShared = Got.Flags & ir::Shared;
    W.How = Got;
    for (const Hold &Other : Before.Holds)
      if (Other.sure() && H.classOf(Other.Lock).known())
        W.Gates.push_back(H.classOf(Other.Lock));
    llvm::sort(W.Gates);
    return W;
  }

  const Summaries &S;
  const BeforeThreads &B;
  const Singletons &One;
  const Function &F;
  const HeldLocks &H;
  const EffectCollector Collector;
  std::vector<Effect> Effects;
};
} // namespace

LockGraph::LockGraph(const Summaries &S, const BeforeThreads &B) {
  std::unordered_map<Ends, Raw, HashEnds> Unsorted;
  const Singletons One(S.program());
  for (const Function *F : S.graph().functions())
    EdgeFinder(S, B, One, *F)
        .run(
            [&](const LockClass &From, const LockClass &To,
                LockEdge::Instance How) -> std::vector<LockWitness> * {
              Raw &R = Unsorted[{From, To}];
              // A certain witness is worth more than one that cannot be told.
              if (R.Witnesses.empty() || How < R.How) {
                R.Witnesses.clear();
                R.How = How;
              } else if (How > R.How) {
                return nullptr;
              }
              return R.Witnesses.size() < MaxWitnesses ? &R.Witnesses : nullptr;
            },
            [&](const LockClass &Lock, bool Recursive, LockWitness W) {
              Reentries.push_back({Lock, Recursive, std::move(W)});
            });
  std::map<Ends, Raw> Found;
  for (auto &[Between, R] : Unsorted)
    Found.emplace(Between, std::move(R));

  for (const auto &[Between, R] : Found) {
    Nodes.push_back(Between.first);
    Nodes.push_back(Between.second);
  }
  llvm::sort(Nodes);
  Nodes.erase(std::unique(Nodes.begin(), Nodes.end()), Nodes.end());
  Out.resize(Nodes.size());
  for (auto &[Between, R] : Found) {
    LockEdge E;
    E.From = *nodeOf(Between.first);
    E.To = *nodeOf(Between.second);
    E.How = R.How;
    E.Witnesses = std::move(R.Witnesses);
    Out[E.From].push_back(Edges.size());
    Edges.push_back(std::move(E));
  }
}

std::optional<uint32_t> LockGraph::nodeOf(const LockClass &C) const {
  auto It = llvm::lower_bound(Nodes, C);
  if (It == Nodes.end() || !(*It == C))
    return std::nullopt;
  return It - Nodes.begin();
}

std::vector<std::vector<uint32_t>> LockGraph::components() const {
  std::vector<uint32_t> Root(Nodes.size());
  for (uint32_t I = 0; I < Root.size(); ++I)
    Root[I] = I;
  auto Find = [&](uint32_t X) {
    while (Root[X] != X)
      X = Root[X] = Root[Root[X]];
    return X;
  };
  for (const LockEdge &E : Edges) {
    const uint32_t A = Find(E.From), B = Find(E.To);
    Root[std::max(A, B)] = std::min(A, B);
  }
  std::map<uint32_t, std::vector<uint32_t>> Groups;
  for (uint32_t I = 0; I < Root.size(); ++I)
    Groups[Find(I)].push_back(I);
  std::vector<std::vector<uint32_t>> Components;
  for (auto &[First, Members] : Groups)
    if (Members.size() > 1)
      Components.push_back(std::move(Members));
  return Components;
}

namespace {
/// Cycles of one length after the other, each from its smallest node. Lock
/// graphs are small and sparse; a budget keeps generated ones from exploding.
class CycleFinder {
public:
  static constexpr unsigned MaxLength = 8;

  explicit CycleFinder(const LockGraph &G) : G(G), On(G.nodes().size()) {}

  std::vector<std::vector<uint32_t>> run() {
    // Only edges inside a strongly connected component lie on cycles.
    Component.resize(G.nodes().size());
    uint32_t Number = 0;
    for (const auto &Members :
         stronglyConnected(G.nodes().size(), [&](uint32_t V, size_t I) {
           return I < G.out(V).size() ? G.edges()[G.out(V)[I]].To : NoNode;
         })) {
      for (uint32_t M : Members)
        Component[M] = Number;
      ++Number;
    }
    for (unsigned Length = 2; Length <= MaxLength; ++Length)
      for (uint32_t Start = 0; Start < G.nodes().size(); ++Start)
        extend(Start, Start, Length);
    return std::move(Cycles);
  }

private:
  void extend(uint32_t Start, uint32_t Node, unsigned Left) {
    if (Cycles.size() >= LockGraph::MaxCycles || Steps > MaxSteps)
      return;
    On[Node] = true;
    for (uint32_t Id : G.out(Node)) {
      ++Steps;
      const LockEdge &E = G.edges()[Id];
      if (E.To < Start || Component[E.To] != Component[Start] ||
          (Left > 1 && On[E.To]) || (Left == 1 && E.To != Start))
        continue;
      Path.push_back(Id);
      if (Left > 1)
        extend(Start, E.To, Left - 1);
      else if (!gated())
        Cycles.push_back(Path);
      Path.pop_back();
    }
    On[Node] = false;
  }

  /// A lock that is held around every edge lets only one thread in.
  bool gated() const {
    std::vector<LockClass> Common;
    bool First = true;
    for (uint32_t Id : Path)
      for (const LockWitness &W : G.edges()[Id].Witnesses) {
        if (First) {
          Common = W.Gates;
        } else {
          std::vector<LockClass> Both;
          std::set_intersection(Common.begin(), Common.end(), W.Gates.begin(),
                                W.Gates.end(), std::back_inserter(Both));
          Common = std::move(Both);
        }
        First = false;
      }
    llvm::erase_if(Common, [&](const LockClass &C) {
      return llvm::any_of(Path, [&](uint32_t Id) {
        return G.nodes()[G.edges()[Id].From] == C;
      });
    });
    return !Common.empty();
  }

  static constexpr unsigned MaxSteps = 1000000;
  const LockGraph &G;
  std::vector<bool> On;
  std::vector<uint32_t> Component;
  std::vector<uint32_t> Path;
  std::vector<std::vector<uint32_t>> Cycles;
  unsigned Steps = 0;
};
} // namespace

std::vector<std::vector<uint32_t>> LockGraph::cycles() const {
  return CycleFinder(*this).run();
}

} // namespace runnel::analysis
