//===- Endings.h - Code after which the program ends ------------*- C++ -*-===//
//
// An assertion that prints, flushes and aborts blocks for a moment, but nobody
// who waits for a lock of ours will ever get it: what happens between the point
// from which the program surely ends, and its end, delays nobody. Such code has
// no effects worth telling (EffectCollector).
//
// A point is doomed if every way from it ends in a call that never comes back,
// and no lock is let go before that: an exception is a way back, an endless
// loop is no end.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_ENDINGS_H
#define RUNNEL_CHECKS_ANALYSIS_ENDINGS_H

#include "checks/analysis/Point.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <vector>

namespace runnel::analysis {

/// Per block, the first event that is doomed (the number of events, if none
/// is); empty if that is so for all blocks. \p EndsProgram says of a call
/// whether it surely never comes back; its last argument, that no way leads on
/// from it.
std::vector<uint32_t> doomedFrom(
    const ir::Function &F,
    llvm::function_ref<bool(Point, const ir::Event &, bool)> EndsProgram);

inline bool isDoomed(const std::vector<uint32_t> &From, Point At) {
  return !From.empty() && At.Index >= From[At.Block];
}

} // namespace runnel::analysis

#endif
