//===- OnThreads.cpp - What runs on threads of its own --------------------===//

#include "checks/thread/OnThreads.h"
#include "checks/analysis/CallGraph.h"

namespace runnel {

using namespace analysis;

llvm::DenseSet<const ir::Function *> onThreads(const Facts &F) {
  constexpr unsigned MaxDepth = 4;
  llvm::DenseSet<const ir::Function *> Out;
  std::vector<const ir::Function *> Work, Next;
  for (const ir::Function *Fn : F.callGraph().functions())
    if (F.callGraph().isSpawned(*Fn))
      Work.push_back(Fn);
  for (unsigned Depth = 0; Depth != MaxDepth && !Work.empty(); ++Depth) {
    Next.clear();
    for (const ir::Function *Fn : Work)
      if (Out.insert(Fn).second)
        for (const CallEdge &E : F.callGraph().callees(*Fn))
          Next.push_back(E.Callee);
    std::swap(Work, Next);
  }
  return Out;
}

} // namespace runnel
