//===- Way.cpp - How a goroutine comes to run some code -------------------===//

#include "checks/fiber/Way.h"

#include "checks/UnderLock.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::fiber {

using namespace analysis;
using ir::Function;

static constexpr size_t MaxSteps = 4;

void tellWay(const Facts &F, const Function &In, Finding &Found) {
  std::vector<TraceStep> Steps = F.goroutines().way(In);
  // The last calls say most of how it comes here.
  if (Steps.size() > MaxSteps)
    Steps.erase(Steps.begin() + 1, Steps.end() - (MaxSteps - 1));
  for (size_t I = 0; I < Steps.size(); ++I) {
    const std::string Called =
        scope::functionName(F.program(), *Steps[I].Calls);
    Found.Notes.push_back(
        {Steps[I].Where,
         I == 0 ? "a goroutine that runs " + Called + " starts here"
                : "which calls " + Called + " here"});
  }
}

bool isOurs(const Facts &F, const Function &In) {
  const std::vector<TraceStep> Steps = F.goroutines().way(In);
  if (Steps.empty())
    return false;
  const ir::Event &E = eventAt(*Steps.front().In, Steps.front().At);
  if (E.What == ir::Op::Spawn)
    return E.Text.str().starts_with("runnel::");
  return true; // hosted: only runnel::run does that in a way a fix can follow
}

std::vector<Point> suspensions(const Facts &F, const Function &In) {
  std::vector<Point> Points;
  forEachEvent(In, [&](Point At, const ir::Event &) {
    if (suspensionAt(F.summaries(), In, At))
      Points.push_back(At);
  });
  return Points;
}

namespace {
/// None, then a Before, then a suspension after it: it only rises.
struct State {
  Point Before, Over;
  unsigned rank() const { return Over.valid() ? 2 : Before.valid() ? 1 : 0; }
};
} // namespace

std::optional<Crossing>
crossing(const Facts &F, const Function &In,
         llvm::function_ref<Part(Point, const ir::Event &)> Of) {
  const std::vector<Point> Suspensions = suspensions(F, In);
  if (Suspensions.empty())
    return std::nullopt;
  std::vector<std::optional<State>> Entry(In.Blocks.size());
  std::vector<ir::BlockId> Work{0};
  Entry[0].emplace();
  while (!Work.empty()) {
    const ir::BlockId B = Work.back();
    Work.pop_back();
    State Now = *Entry[B];
    for (uint32_t I = 0; I < In.Blocks[B].Events.size(); ++I) {
      const Point At{B, I};
      const Part Is = Of(At, In.Blocks[B].Events[I]);
      if (has(Is, Part::After) && Now.rank() == 2)
        return Crossing{Now.Before, Now.Over, At};
      if (has(Is, Part::Fresh))
        Now = {};
      if (has(Is, Part::Before) && Now.rank() == 0)
        Now.Before = At;
      if (Now.rank() == 1 && Now.Before != At &&
          llvm::binary_search(Suspensions, At))
        Now.Over = At;
    }
    for (ir::BlockId Succ : In.Blocks[B].Succs)
      if (!Entry[Succ] || Entry[Succ]->rank() < Now.rank()) {
        Entry[Succ] = Now;
        Work.push_back(Succ);
      }
  }
  return std::nullopt;
}

std::string suspendsAt(const Facts &F, const Function &In, Point At) {
  std::optional<Effect> E = suspensionAt(F.summaries(), In, At);
  return E ? suspensionName(F.program(), In, *E) : "a suspension";
}

} // namespace runnel::fiber
