//===- PlainGuard.h - Guards that lock one mutex and die --------*- C++ -*-===//

#ifndef RUNNEL_CHECKS_WEB_PLAINGUARD_H
#define RUNNEL_CHECKS_WEB_PLAINGUARD_H

#include "checks/ir/Function.h"

namespace runnel::web {

/// \p E begins a standard guard that locks one mutex, for writing, at once, and
/// is touched by nothing else until its scope ends.
bool isPlainGuard(const ir::Function &F, const ir::Event &E);

/// Event number \p I of \p B evaluates what the next guard is made of.
bool isPreparation(const ir::Block &B, uint32_t I);

} // namespace runnel::web

#endif
