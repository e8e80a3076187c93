//===- Point.h - A place in a function's control flow -----------*- C++ -*-===//
//
// A point is an event of a function: its block and its position there. Points
// are ordered as the blocks are stored, which is near source order.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_POINT_H
#define RUNNEL_CHECKS_ANALYSIS_POINT_H

#include "checks/ir/Function.h"

#include <compare>

namespace runnel::analysis {

struct Point {
  ir::BlockId Block = ~0u;
  uint32_t Index = 0;

  /// The entry of the function, or the caller: no event of the function.
  bool valid() const { return Block != ~0u; }
  friend auto operator<=>(const Point &, const Point &) = default;
};

/// \p At is valid.
inline const ir::Event &eventAt(const ir::Function &F, Point At) {
  return F.Blocks[At.Block].Events[At.Index];
}

/// Where \p At stands in the source; the function's name if it is no event.
inline const ir::Range &rangeAt(const ir::Function &F, Point At) {
  return At.valid() ? eventAt(F, At).Where : F.Where;
}

} // namespace runnel::analysis

#endif
