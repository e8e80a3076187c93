//===- CallGraph.cpp - Who runs whose code --------------------------------===//

#include "checks/analysis/CallGraph.h"

#include "checks/analysis/Components.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::Op;
using ir::Operand;
using ir::Place;

// A virtual call with more targets than this says nothing about any of them.
static constexpr size_t MaxTargets = 24;

namespace {

/// The local variables of one function that hold one known function for good.
class KnownCallables {
public:
  KnownCallables(const ir::Program &P, const Function &F) : P(P), F(F) {
    for (const ir::Block &B : F.Blocks)
      for (const Event &E : B.Events) {
        if (E.What == Op::Call && E.has(ir::Implicit) && E.Callee)
          Runs.insert(E.Callee.key());
        if (E.What == Op::Closure)
          note(E.Subject, E.Callee);
        else if (E.What == Op::Assign)
          note(E.Subject, E.Args.empty() ? ir::Name() : named(E.Args[0]));
      }
  }

  /// The frontend has written out that the argument runs within the call.
  bool runs(const Function &G) const { return Runs.contains(G.Symbol.key()); }

  /// The function \p O stands for, with a body; null if that is not known.
  const Function *callable(const Operand &O) const {
    if (ir::Name N = named(O))
      return defined(N);
    return O.How == Operand::PlaceArg ? at(O.Place) : nullptr;
  }

  const Function *at(ir::PlaceId Id) const {
    if (Id == ir::NoPlace)
      return nullptr;
    const Place &At = F.place(Id);
    if (At.Root != Place::Local || !At.Path.empty())
      return nullptr;
    auto It = Locals.find(At.Index);
    return It == Locals.end() ? nullptr : defined(It->second);
  }

private:
  static ir::Name named(const Operand &O) {
    return O.How == Operand::Lambda || O.How == Operand::FunctionArg
               ? O.Symbol
               : ir::Name();
  }
  const Function *defined(ir::Name Symbol) const {
    const Function *Found = Symbol ? P.function(Symbol) : nullptr;
    return Found && Found->Defined ? Found : nullptr;
  }
  void note(ir::PlaceId Id, ir::Name Symbol) {
    if (Id == ir::NoPlace)
      return;
    const Place &At = F.place(Id);
    if (At.Root != Place::Local || !At.Path.empty())
      return;
    auto [It, New] = Locals.try_emplace(At.Index, Symbol);
    if (!New && !(It->second == Symbol))
      It->second = {};
  }

  const ir::Program &P;
  const Function &F;
  llvm::DenseMap<uint32_t, ir::Name> Locals;
  llvm::DenseSet<const void *> Runs;
};

} // namespace

/// Whether \p Callee does nothing with its parameter but call it.
static bool callsParameter(const Function &Callee, uint32_t Parameter) {
  auto IsIt = [&](ir::PlaceId Id) {
    if (Id == ir::NoPlace)
      return false;
    const Place &At = Callee.place(Id);
    return At.Root == Place::Param && At.Index == Parameter && At.Path.empty();
  };
  bool Calls = false;
  for (const ir::Block &B : Callee.Blocks)
    for (const Event &E : B.Events) {
      if (E.What == Op::Call && IsIt(E.Subject)) {
        Calls = true;
      } else if (E.What == Op::Escape && IsIt(E.Subject)) {
        // Forwarding it to another function shows below, as an argument.
        if (E.escapeKind() != ir::EscapeKind::Passed)
          return false;
      } else if (E.What == Op::Assign || E.What == Op::Spawn ||
                 E.What == Op::Closure || E.What == Op::Call) {
        for (const Operand &O : E.Args)
          if (O.How == Operand::PlaceArg && IsIt(O.Place))
            return false;
      }
    }
  return Calls;
}

static bool runsInPlace(const ir::Program &P, const Event &E, uint32_t Arg) {
  switch (E.What) {
  case Op::Wait:
    return E.has(ir::Predicate);
  case Op::OnceCall:
    return Arg == 0;
  case Op::Call:
  case Op::Block: {
    const Function *G = E.Callee ? P.function(E.Callee) : nullptr;
    return G && (G->NoEscape || (G->Defined && callsParameter(*G, Arg)));
  }
  default:
    return false;
  }
}

static bool hierarchyKnown(const ir::Program &P, const Function &Method) {
  if (Method.Final || Method.Internal)
    return true;
  const ir::Record *R = Method.Record ? P.record(Method.Record) : nullptr;
  if (R && (R->Final || R->Internal || R->Local))
    return true;
  return P.whole() && R && !R->System;
}

CallGraph::CallGraph(const ir::Program &P) {
  for (const Function &F : P.module().Functions)
    if (F.Defined) {
      Index[&F] = Functions.size();
      Functions.push_back(&F);
    }
  const size_t N = Functions.size();
  Out.resize(N);
  In.resize(N);
  Open.resize(N);
  Known.assign(N, true);
  Spawned.assign(N, false);
  Escaped.assign(N, false);
  for (const Function *F : Functions)
    addEdges(P, *F);
  for (auto &Edges : Out)
    for (const CallEdge &E : Edges)
      In[Index.lookup(E.Callee)].push_back(&E);

  for (size_t I = 0; I < N; ++I) {
    const Function &F = *Functions[I];
    bool Closed = P.whole() || F.Internal || F.Lambda ||
                  (F.Visible == ir::Access::Private && !F.Virtual);
    // A method that overrides one of a library's is called by the library.
    for (ir::Name Base : F.Overrides) {
      const Function *B = P.function(Base);
      Closed &= B && !B->System;
    }
    if (!Closed || F.Main || F.Constructor || F.Destructor || F.Operator ||
        In[I].empty())
      Known[I] = F.Lambda && F.Defined && !In[I].empty() && Known[I];
  }
  findComponents();
}

void CallGraph::addEdges(const ir::Program &P, const Function &F) {
  const KnownCallables Callables(P, F);
  const uint32_t Self = Index.lookup(&F);
  auto Leak = [&](const Function *G) {
    if (G) {
      Known[Index.lookup(G)] = false;
      Escaped[Index.lookup(G)] = true;
    }
  };
  for (ir::BlockId B = 0; B < F.Blocks.size(); ++B) {
    const std::vector<Event> &Events = F.Blocks[B].Events;
    for (uint32_t I = 0; I < Events.size(); ++I) {
      const Event &E = Events[I];
      const Point At{B, I};
      auto Add = [&](const Function *G, CallEdge::Kind How, uint32_t Arg = 0) {
        Out[Self].push_back({&F, G, At, How, Arg});
      };

      if (E.What == Op::Call || E.What == Op::Block) {
        const Function *G = E.Callee ? P.function(E.Callee) : nullptr;
        if (E.What == Op::Call && E.callKind() == ir::CallKind::Virtual) {
          const auto &Targets = P.overriders(E.Callee);
          if (G && hierarchyKnown(P, *G) && !Targets.empty() &&
              Targets.size() <= MaxTargets) {
            for (const Function *T : Targets)
              Add(T,
                  Targets.size() == 1 ? CallEdge::Direct : CallEdge::Virtual);
          } else {
            Open[Self].push_back(At);
            for (const Function *T : Targets)
              Leak(T);
          }
        } else if (G) {
          if (G->Defined)
            Add(G, CallEdge::Direct);
        } else if (E.Callee.empty() && E.What == Op::Call) {
          if (const Function *T = Callables.at(E.Subject))
            Add(T, CallEdge::Local);
          else
            Open[Self].push_back(At);
        }
      }

      for (uint32_t A = 0; A < E.Args.size(); ++A) {
        const Function *G = Callables.callable(E.Args[A]);
        if (!G)
          continue;
        if (E.What == Op::Closure || E.What == Op::Assign) {
          // Naming it in a local variable is no use of it yet.
          if (E.Subject == ir::NoPlace || !Callables.at(E.Subject))
            Leak(G);
        } else if (E.What == Op::Spawn) {
          Spawned[Index.lookup(G)] = true;
          if (A == 0)
            Starts.push_back({&F, At, G});
          Leak(G);
        } else if (Callables.runs(*G)) {
          // Told by an event of its own.
        } else if (runsInPlace(P, E, A)) {
          Add(G, CallEdge::InPlace, A);
        } else {
          Leak(G);
        }
      }
      if (E.What == Op::Spawn && E.Callee)
        if (const Function *G = P.function(E.Callee); G && G->Defined) {
          Spawned[Index.lookup(G)] = true;
          if (E.Args.empty() || Callables.callable(E.Args[0]) != G)
            Starts.push_back({&F, At, G});
          Leak(G);
        }
      if ((E.What == Op::Escape && E.escapeKind() != ir::EscapeKind::Passed) ||
          E.What == Op::Return)
        Leak(Callables.at(E.Subject));
      if (E.What == Op::Closure && E.Callee && E.Subject != ir::NoPlace &&
          !Callables.at(E.Subject))
        if (const Function *G = P.function(E.Callee); G && G->Defined)
          Leak(G);
    }
  }
}

llvm::ArrayRef<CallEdge> CallGraph::callees(const Function &F) const {
  auto It = Index.find(&F);
  if (It == Index.end())
    return {};
  return Out[It->second];
}

llvm::ArrayRef<CallEdge> CallGraph::callees(const Function &F, Point At) const {
  llvm::ArrayRef<CallEdge> All = callees(F);
  auto Begin =
      llvm::partition_point(All, [&](const CallEdge &E) { return E.At < At; });
  auto End = Begin;
  while (End != All.end() && End->At == At)
    ++End;
  return {Begin, End};
}

llvm::ArrayRef<const CallEdge *> CallGraph::callers(const Function &F) const {
  auto It = Index.find(&F);
  if (It == Index.end())
    return {};
  return In[It->second];
}

bool CallGraph::isOpen(const Function &F, Point At) const {
  auto It = Index.find(&F);
  return It != Index.end() && llvm::binary_search(Open[It->second], At);
}

bool CallGraph::allCallersKnown(const Function &F) const {
  auto It = Index.find(&F);
  return It != Index.end() && Known[It->second];
}

bool CallGraph::escapes(const Function &F) const {
  auto It = Index.find(&F);
  return It != Index.end() && Escaped[It->second];
}

const ir::Function &CallGraph::enclosing(const ir::Program &P,
                                         const ir::Function &F) const {
  constexpr unsigned MaxNesting = 8;
  const ir::Function *At = &F;
  for (unsigned I = 0; At->Lambda && I != MaxNesting; ++I) {
    const ir::Function *Parent = P.function(At->Parent);
    if (!Parent || isSpawned(*At))
      break;
    At = Parent;
  }
  return *At;
}

bool CallGraph::isSpawned(const Function &F) const {
  auto It = Index.find(&F);
  return It != Index.end() && Spawned[It->second];
}

uint32_t CallGraph::componentOf(const Function &F) const {
  return Component[Index.lookup(&F)];
}

void CallGraph::findComponents() {
  Component.assign(Functions.size(), 0);
  for (const auto &Members :
       stronglyConnected(Functions.size(), [&](uint32_t V, size_t I) {
         return I < Out[V].size() ? Index.lookup(Out[V][I].Callee) : NoNode;
       })) {
    std::vector<const Function *> &C = Components.emplace_back();
    for (uint32_t M : Members) {
      Component[M] = Components.size() - 1;
      C.push_back(Functions[M]);
    }
  }
}

} // namespace runnel::analysis
