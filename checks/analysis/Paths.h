//===- Paths.h - What can follow a point of a function ----------*- C++ -*-===//
//
// Questions about control flow alone: does every way from here to the end meet
// such an event; which such event can come next; is this inside a loop. Events
// in lambdas that run elsewhere do not count.
//
// Complexity: linear in the function for each question.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PATHS_H
#define RUNNEL_CHECKS_ANALYSIS_PATHS_H

#include "checks/analysis/Point.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>

namespace runnel::analysis {

using EventTest = llvm::function_ref<bool(const ir::Event &)>;

/// Whether control can get from just after \p From to the function's end
/// without meeting an event that \p Stops.
bool reachesEnd(const ir::Function &F, Point From, EventTest Stops);

/// The first event, in the order of the blocks, that is \p Wanted and that
/// control can reach from just after \p From without one that \p Stops. An
/// event that is both counts as wanted.
std::optional<Point> nextAfter(const ir::Function &F, Point From,
                               EventTest Wanted, EventTest Stops);

/// Whether control can come back to \p At.
bool inLoop(const ir::Function &F, ir::BlockId At);

/// Calls \p Visit with every event of \p F and its place.
void forEachEvent(const ir::Function &F,
                  llvm::function_ref<void(Point, const ir::Event &)> Visit);

} // namespace runnel::analysis

#endif
