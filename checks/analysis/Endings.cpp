//===- Endings.cpp - Code after which the program ends --------------------===//

#include "checks/analysis/Endings.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Block;
using ir::Event;
using ir::Op;

static bool letsGo(const Event &E) {
  return E.What == Op::Unlock || E.What == Op::GuardUnlock ||
         E.What == Op::GuardEnd || E.What == Op::GuardRelease;
}

/// No way on but what the last call does.
static bool isDeadEnd(const Block &B) {
  return B.Succs.empty() && !B.Leaves && !B.Events.empty();
}

std::vector<uint32_t>
doomedFrom(const ir::Function &F,
           llvm::function_ref<bool(Point, const Event &, bool)> EndsProgram) {
  const size_t N = F.Blocks.size();
  std::vector<uint32_t> From(N);
  std::vector<bool> Ends(N);
  bool Any = false;
  auto Back = [&](ir::BlockId B, uint32_t End) {
    while (End > 0 && !letsGo(F.Blocks[B].Events[End - 1]))
      --End;
    return End;
  };
  for (ir::BlockId B = 0; B < N; ++B) {
    const Block &Block = F.Blocks[B];
    From[B] = Block.Events.size();
    for (uint32_t I = Block.Events.size(); I-- > 0 && !Ends[B];)
      Ends[B] = EndsProgram({B, I}, Block.Events[I],
                            isDeadEnd(Block) && I + 1 == Block.Events.size());
    if (Ends[B])
      From[B] = Back(B, Block.Events.size());
    Any |= Ends[B];
  }
  if (!Any)
    return {};
  // Backwards, until nothing changes: each block changes once.
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (ir::BlockId B = N; B-- > 0;) {
      const Block &Block = F.Blocks[B];
      if (Ends[B] || Block.Leaves || Block.Succs.empty() ||
          !llvm::all_of(Block.Succs,
                        [&](ir::BlockId S) { return Ends[S] && From[S] == 0; }))
        continue;
      Ends[B] = Changed = true;
      From[B] = Back(B, Block.Events.size());
    }
  }
  return From;
}

} // namespace runnel::analysis
