//===- Goroutines.cpp - Code that runs in goroutines ----------------------===//

#include "checks/analysis/Goroutines.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::Op;

/// The event that runs what it was given, if the one at \p At is a call that
/// the frontend has written out for an argument of it.
static const Function *runner(const ir::Program &P, const Function &F,
                              Point At) {
  const std::vector<Event> &Events = F.Blocks[At.Block].Events;
  if (Events[At.Index].What != Op::Call || !Events[At.Index].has(ir::Implicit))
    return nullptr;
  for (uint32_t I = At.Index; I-- > 0;) {
    const Event &E = Events[I];
    if (E.What == Op::Call && E.has(ir::Implicit))
      continue;
    if (E.What != Op::Call && E.What != Op::Block)
      return nullptr;
    // Written out right behind the call, and inside of it in the source.
    const bool Inside =
        E.Where.Begin.Offset <= Events[At.Index].Where.Begin.Offset &&
        Events[At.Index].Where.endOffset() <= E.Where.endOffset();
    return Inside && E.Callee ? P.function(E.Callee) : nullptr;
  }
  return nullptr;
}

Goroutines::Goroutines(const CallGraph &G, const ir::Program &P) : P(P) {
  std::vector<const Function *> Work;
  auto Reach = [&](const Function *F, const Function *From, Point At,
                   bool Starts, bool Offloaded) {
    if (F->System || !F->Defined)
      return;
    if (Ways.try_emplace(F, Way{From, At, Starts, Offloaded}).second)
      Work.push_back(F);
  };
  for (const Start &S : G.starts())
    if (eventAt(*S.In, S.At).spawnKind() == ir::SpawnKind::Goroutine)
      Reach(S.Body, S.In, S.At, true, false);
  for (const Function *F : G.functions())
    for (const CallEdge &E : G.callees(*F)) {
      const Event &At = eventAt(*F, E.At);
      const Function *By = runner(P, *F, E.At);
      if (!By && E.How == CallEdge::InPlace && At.Callee)
        By = P.function(At.Callee);
      if (By && By->Hosts)
        Reach(E.Callee, F, E.At, true, false);
    }
  // Breadth first: the ways that are told are the shortest. What may block
  // comes last, so that a function is offloaded only if every way to it is.
  std::vector<const CallEdge *> Offloaded;
  size_t Next = 0;
  auto Follow = [&](bool Away) {
    for (; Next < Work.size(); ++Next)
      for (const CallEdge &E : G.callees(*Work[Next]))
        if (!Away && isOffloaded(*Work[Next], E.At))
          Offloaded.push_back(&E);
        else
          Reach(E.Callee, Work[Next], E.At, false, Away);
  };
  Follow(false);
  for (const CallEdge *E : Offloaded)
    Reach(E->Callee, E->Caller, E->At, false, true);
  Follow(true);
  for (const Function *F : G.functions())
    if (usesStack(*F))
      Reached.push_back(F);
}

bool Goroutines::isOffloaded(const Function &F, Point At) const {
  const Event &E = eventAt(F, At);
  const Function *By = runner(P, F, At);
  if (!By && E.Callee && (E.What == Op::Call || E.What == Op::Block))
    By = P.function(E.Callee);
  return By && By->Offloads;
}

std::vector<TraceStep> Goroutines::way(const Function &F) const {
  std::vector<TraceStep> Steps;
  for (const Function *Now = &F; Now && Steps.size() < Summaries::MaxTrace;) {
    auto It = Ways.find(Now);
    if (It == Ways.end())
      break;
    const Way &W = It->second;
    Steps.push_back({W.From, W.At, rangeAt(*W.From, W.At), Now});
    Now = W.Starts ? nullptr : W.From;
  }
  std::reverse(Steps.begin(), Steps.end());
  return Steps;
}

bool mayLeaveThread(const Effect &E) {
  const bool Aware = E.On.Type.has(ir::FiberAware);
  switch (E.What) {
  case Effect::Suspend:
    return true;
  case Effect::ChannelOp:
    // A select has no place; a channel that lost its name keeps its type.
    return Aware || E.Text == "select" || E.On.Type == ir::TypeRef();
  case Effect::Join:
  case Effect::Wait:
    return Aware;
  case Effect::Acquire:
    return Aware && !(E.Flags & ir::Try);
  default:
    return false;
  }
}

std::optional<Effect> suspensionAt(const Summaries &S, const Function &F,
                                   Point At) {
  for (Effect &E : S.effectsAt(F, At))
    if (E.Sure && mayLeaveThread(E))
      return std::move(E);
  return std::nullopt;
}

std::string suspensionName(const ir::Program &P, const Function &F,
                           const Effect &E) {
  if (E.Via) {
    const Function &Callee = *E.Via;
    return Callee.Lambda ? "a lambda" : "'" + Callee.Id.str().str() + "'";
  }
  const std::string On = pretty(F, E.On);
  switch (E.What) {
  case Effect::ChannelOp: {
    if (E.Text == "select")
      return "'select'";
    const std::string Verb =
        E.Text == "send" ? "a send to " : "a receive from ";
    return Verb + (On == "an object" ? "a channel" : "'" + On + "'");
  }
  case Effect::Join:
    return On == "an object" ? "a wait" : "waiting for '" + On + "'";
  case Effect::Wait:
    return "waiting on '" + On + "'";
  case Effect::Acquire:
    return "locking '" + On + "'";
  default:
    break;
  }
  const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
  if (Callee)
    return "'" + Callee->Id.str().str() + "'";
  return "'" + (E.Text ? E.Text.str().str() : std::string("a suspension")) +
         "'";
}

} // namespace runnel::analysis
