//===- Way.h - How a goroutine comes to run some code -----------*- C++ -*-===//
//
// What the checks of this family share: the notes that lead from the start of a
// goroutine to the function a finding is in, and the end of every page's story,
// where a value crosses a suspension.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FIBER_WAY_H
#define RUNNEL_CHECKS_FIBER_WAY_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Goroutines.h"

namespace runnel::fiber {

/// Notes: a goroutine starts here, ... which calls the function of the finding.
void tellWay(const analysis::Facts &F, const ir::Function &In, Finding &Found);
/// The goroutines that run \p F are this project's own, so that its names may
/// be written into a fix.
bool isOurs(const analysis::Facts &F, const ir::Function &In);

/// Something done before a suspension that something after it relies on.
struct Crossing {
  analysis::Point Before, Over, After;
};

enum class Part : uint8_t {
  None,
  Before = 1, ///< from here on it matters
  After = 2,  ///< matters if a suspension lies between
  Fresh = 4,  ///< whatever was before matters no more
};
inline Part operator|(Part A, Part B) {
  return static_cast<Part>(uint8_t(A) | uint8_t(B));
}
inline bool has(Part A, Part B) { return uint8_t(A) & uint8_t(B); }

/// The first suspension of \p F, along some path, between a Before and an After
/// with nothing Fresh in between. \p Of is asked of every event; an event that
/// is several things is After first, then Fresh, then Before.
std::optional<Crossing>
crossing(const analysis::Facts &F, const ir::Function &In,
         llvm::function_ref<Part(analysis::Point, const ir::Event &)> Of);

/// Every point at which \p In surely may suspend.
std::vector<analysis::Point> suspensions(const analysis::Facts &F,
                                         const ir::Function &In);

/// `'out.send'`: what suspends at \p At.
std::string suspendsAt(const analysis::Facts &F, const ir::Function &In,
                       analysis::Point At);

} // namespace runnel::fiber

#endif
