//===- Rewrite.h - A hand-rolled queue as a channel -------------*- C++ -*-===//
//
// Keeps the class and its methods, and replaces what they are made of. Offered
// only where nothing changes but that: the class consists of the queue alone,
// every method is one of the few that a channel has too, and it is never
// closed (what a push after the end means, every queue decides for itself).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SHARE_REWRITE_H
#define RUNNEL_CHECKS_SHARE_REWRITE_H

#include "checks/share/Pattern.h"

namespace runnel::share {

inline constexpr int DefaultCapacity = 1024;

std::optional<Fix> rewriteQueue(const analysis::Facts &F, const Pattern &Q,
                                long Capacity);

/// One line of how the class would look, for where no fix is offered.
std::string skeleton(const ir::Program &P, const Pattern &Q);

} // namespace runnel::share

#endif
