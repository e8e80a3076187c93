//===- Paths.cpp - What can follow a point of a function ------------------===//

#include "checks/analysis/Paths.h"

#include <vector>

namespace runnel::analysis {

namespace {
/// Visits every event that can follow a point; Each says whether to go on
/// along this way. End is called where a way leaves the function.
template <class Each, class End>
void follow(const ir::Function &F, Point From, Each Visit, End Ends) {
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<Point> Work{{From.Block, From.Index + 1}};
  while (!Work.empty()) {
    Point At = Work.back();
    Work.pop_back();
    const ir::Block &B = F.Blocks[At.Block];
    bool Stopped = false;
    for (uint32_t I = At.Index; I < B.Events.size() && !Stopped; ++I)
      Stopped = !Visit(Point{At.Block, I}, B.Events[I]);
    if (Stopped)
      continue;
    if (B.Succs.empty() && B.Leaves)
      Ends();
    for (ir::BlockId Succ : B.Succs)
      if (!Seen[Succ]) {
        Seen[Succ] = true;
        Work.push_back({Succ, 0});
      }
  }
}
} // namespace

bool reachesEnd(const ir::Function &F, Point From, EventTest Stops) {
  bool Reached = false;
  follow(
      F, From, [&](Point, const ir::Event &E) { return !Stops(E); },
      [&] { Reached = true; });
  return Reached;
}

std::optional<Point> nextAfter(const ir::Function &F, Point From,
                               EventTest Wanted, EventTest Stops) {
  std::optional<Point> Found;
  follow(
      F, From,
      [&](Point At, const ir::Event &E) {
        if (Wanted(E)) {
          if (!Found || At < *Found)
            Found = At;
          return false;
        }
        return !Stops(E);
      },
      [] {});
  return Found;
}

bool inLoop(const ir::Function &F, ir::BlockId At) {
  bool Back = false;
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<ir::BlockId> Work(F.Blocks[At].Succs.begin(),
                                F.Blocks[At].Succs.end());
  while (!Work.empty() && !Back) {
    ir::BlockId Next = Work.back();
    Work.pop_back();
    Back = Next == At;
    if (Seen[Next])
      continue;
    Seen[Next] = true;
    Work.insert(Work.end(), F.Blocks[Next].Succs.begin(),
                F.Blocks[Next].Succs.end());
  }
  return Back;
}

void forEachEvent(const ir::Function &F,
                  llvm::function_ref<void(Point, const ir::Event &)> Visit) {
  for (ir::BlockId B = 0; B != F.Blocks.size(); ++B)
    for (uint32_t I = 0; I != F.Blocks[B].Events.size(); ++I)
      Visit({B, I}, F.Blocks[B].Events[I]);
}

} // namespace runnel::analysis
