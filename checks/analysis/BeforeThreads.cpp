//===- BeforeThreads.cpp - Code that runs alone ---------------------------===//

#include "checks/analysis/BeforeThreads.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Function;

namespace {
/// Splits the program's events into those before and those that may be after
/// the first start of a thread.
class Splitter {
public:
  explicit Splitter(const Summaries &S) : S(S) {}

  llvm::DenseSet<const Function *> Before, After;
  llvm::DenseMap<const Function *, std::vector<uint32_t>> Prefix;

  void runAfter(const Function *F) {
    llvm::SmallVector<const Function *, 16> Work{F};
    while (!Work.empty()) {
      const Function *Now = Work.pop_back_val();
      if (!After.insert(Now).second)
        continue;
      for (const CallEdge &E : S.graph().callees(*Now))
        Work.push_back(E.Callee);
    }
  }

  void runBefore(const Function *F) {
    llvm::SmallVector<const Function *, 16> Work{F};
    while (!Work.empty()) {
      const Function *Now = Work.pop_back_val();
      if (!Before.insert(Now).second)
        continue;
      if (S.of(*Now).may(Effect::Spawn)) {
        split(*Now, Work);
      } else {
        for (const CallEdge &E : S.graph().callees(*Now))
          Work.push_back(E.Callee);
      }
    }
  }

private:
  bool starts(const Function &F, Point At) const {
    if (eventAt(F, At).What == ir::Op::Spawn)
      return true;
    return llvm::any_of(S.graph().callees(F, At), [&](const CallEdge &E) {
      return S.of(*E.Callee).may(Effect::Spawn);
    });
  }

  /// \p F starts a thread somewhere: what precedes that runs alone.
  void split(const Function &F, llvm::SmallVectorImpl<const Function *> &Work) {
    std::vector<bool> Late(F.Blocks.size(), false);
    std::vector<uint32_t> Events(F.Blocks.size(), 0);
    llvm::SmallVector<ir::BlockId, 16> Pending;
    for (ir::BlockId B = 0; B < F.Blocks.size(); ++B) {
      const uint32_t N = F.Blocks[B].Events.size();
      while (Events[B] < N && !starts(F, {B, Events[B]}))
        ++Events[B];
      if (Events[B] < N)
        Pending.append(F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
    }
    while (!Pending.empty()) {
      const ir::BlockId B = Pending.pop_back_val();
      if (Late[B])
        continue;
      Late[B] = true;
      Pending.append(F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
    }
    for (ir::BlockId B = 0; B < F.Blocks.size(); ++B)
      if (Late[B])
        Events[B] = 0;
    for (const CallEdge &E : S.graph().callees(F)) {
      const uint32_t N = Events[E.At.Block];
      // The call that starts the first thread is itself split.
      if (E.At.Index < N || (E.At.Index == N && !Late[E.At.Block]))
        Work.push_back(E.Callee);
      else
        runAfter(E.Callee);
    }
    Prefix[&F] = std::move(Events);
  }

  const Summaries &S;
};
} // namespace

BeforeThreads::BeforeThreads(const Summaries &S) {
  const CallGraph &G = S.graph();
  const Function *Main = nullptr;
  for (const Function *F : G.functions())
    if (F->Main)
      Main = F;
  // A program that starts no thread that we see has them from elsewhere.
  if (!Main || !S.program().whole() || !S.of(*Main).may(Effect::Spawn))
    return;
  Splitter Split(S);
  for (const Function *F : G.functions())
    if (!F->Main && (G.isSpawned(*F) || G.escapes(*F) || G.callers(*F).empty()))
      Split.runAfter(F);
  Split.runBefore(Main);
  for (const Function *F : Split.Before) {
    if (Split.After.contains(F))
      continue;
    auto It = Split.Prefix.find(F);
    if (It == Split.Prefix.end())
      Whole.insert(F);
    else
      Prefix[F] = It->second;
  }
}

bool BeforeThreads::event(const Function &F, Point At) const {
  if (Whole.contains(&F))
    return true;
  auto It = Prefix.find(&F);
  return It != Prefix.end() && At.valid() && At.Index < It->second[At.Block];
}

} // namespace runnel::analysis
