//===- HeldLocks.cpp - Asking which locks are held ------------------------===//

#include "checks/analysis/HeldLocks.h"

#include "checks/analysis/LockFlow.h"

#include <algorithm>

namespace runnel::analysis {

static const LockState Empty = [] {
  LockState S;
  S.Reachable = true;
  return S;
}();

HeldLocks::HeldLocks() = default;
HeldLocks::~HeldLocks() = default;

const Hold *LockState::find(LockIndex Lock) const {
  const Hold *Best = nullptr;
  for (const Hold &H : Holds)
    if (H.Lock == Lock && H.Is != Presence::No && (!Best || H.Is > Best->Is))
      Best = &H;
  return Best;
}

const Hold *LockState::ofGuard(ir::PlaceId Guard) const {
  if (Guard == ir::NoPlace)
    return nullptr;
  for (const Hold &H : Holds)
    if (H.Guard == Guard)
      return &H;
  return nullptr;
}

bool LockState::sure(LockIndex Lock) const {
  const Hold *H = find(Lock);
  return H && H->sure();
}

bool LockState::anyHere() const {
  return std::any_of(Holds.begin(), Holds.end(),
                     [](const Hold &H) { return H.sure() && H.here(); });
}

std::optional<LockIndex> HeldLocks::indexOf(const ir::Place &P) const {
  for (LockIndex I = 0; I < Locks.size(); ++I)
    if (Locks[I].sameAs(P))
      return I;
  return std::nullopt;
}

const ir::Place &HeldLocks::guard(ir::PlaceId Guard) const {
  return Guard < F->Places.size() ? F->Places[Guard]
                                  : MoreGuards[Guard - F->Places.size()];
}

std::vector<ir::BlockId> reversePostOrder(const ir::Function &F) {
  std::vector<ir::BlockId> Order;
  if (F.Blocks.empty())
    return Order;
  std::vector<bool> Seen(F.Blocks.size(), false);
  std::vector<std::pair<ir::BlockId, size_t>> Stack{{0, 0}};
  Seen[0] = true;
  while (!Stack.empty()) {
    auto &[B, Next] = Stack.back();
    const std::vector<ir::BlockId> &Succs = F.Blocks[B].Succs;
    if (Next < Succs.size()) {
      // The last successor first, so that the first comes first in the order.
      const ir::BlockId To = Succs[Succs.size() - ++Next];
      if (!Seen[To]) {
        Seen[To] = true;
        Stack.push_back({To, 0});
      }
      continue;
    }
    Order.push_back(B);
    Stack.pop_back();
  }
  std::reverse(Order.begin(), Order.end());
  return Order;
}

void HeldLocks::walk(
    llvm::function_ref<void(Point, const ir::Event &, const LockState &)> Visit)
    const {
  for (ir::BlockId B : reversePostOrder(*F)) {
    if (!trivial() && !In[B].Reachable)
      continue;
    LockState State = entry(B);
    const std::vector<ir::Event> &Events = F->Blocks[B].Events;
    for (uint32_t I = 0; I < Events.size(); ++I) {
      Visit({B, I}, Events[I], State);
      if (Flow)
        Flow->apply({B, I}, Events[I], State);
    }
  }
}

const LockState &HeldLocks::entry(ir::BlockId B) const {
  return trivial() ? Empty : In[B];
}

LockState HeldLocks::before(Point At) const {
  LockState State = entry(At.Block);
  if (Flow && State.Reachable)
    for (uint32_t I = 0; I < At.Index; ++I)
      Flow->apply({At.Block, I}, F->Blocks[At.Block].Events[I], State);
  return State;
}

LockState HeldLocks::after(Point At) const { return after(At, before(At)); }

LockState HeldLocks::after(Point At, LockState Before) const {
  if (Flow && Before.Reachable)
    Flow->apply(At, eventAt(*F, At), Before);
  return Before;
}

LockState HeldLocks::exit(ir::BlockId B) const {
  return before({B, static_cast<uint32_t>(F->Blocks[B].Events.size())});
}

} // namespace runnel::analysis
