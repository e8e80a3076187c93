//===- Components.cpp - Strongly connected components ---------------------===//

#include "checks/analysis/Components.h"

#include <algorithm>

namespace runnel::analysis {

std::vector<std::vector<uint32_t>>
stronglyConnected(uint32_t Nodes,
                  llvm::function_ref<uint32_t(uint32_t, size_t)> Successor) {
  std::vector<std::vector<uint32_t>> Components;
  std::vector<uint32_t> Number(Nodes, NoNode), Low(Nodes, 0), Stack;
  std::vector<bool> OnStack(Nodes, false);
  struct Frame {
    uint32_t Node;
    size_t Next;
  };
  std::vector<Frame> Work;
  uint32_t Counter = 0;
  auto Enter = [&](uint32_t V) {
    Number[V] = Low[V] = Counter++;
    Stack.push_back(V);
    OnStack[V] = true;
    Work.push_back({V, 0});
  };
  for (uint32_t Root = 0; Root < Nodes; ++Root) {
    if (Number[Root] != NoNode)
      continue;
    Enter(Root);
    while (!Work.empty()) {
      const uint32_t V = Work.back().Node;
      const uint32_t W = Successor(V, Work.back().Next++);
      if (W != NoNode) {
        if (Number[W] == NoNode)
          Enter(W);
        else if (OnStack[W])
          Low[V] = std::min(Low[V], Number[W]);
        continue;
      }
      Work.pop_back();
      if (!Work.empty())
        Low[Work.back().Node] = std::min(Low[Work.back().Node], Low[V]);
      if (Low[V] != Number[V])
        continue;
      auto &Members = Components.emplace_back();
      uint32_t Member;
      do {
        Member = Stack.back();
        Stack.pop_back();
        OnStack[Member] = false;
        Members.push_back(Member);
      } while (Member != V);
      std::sort(Members.begin(), Members.end());
    }
  }
  return Components;
}

} // namespace runnel::analysis
