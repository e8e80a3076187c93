//===- Narrow.h - Ending a critical section earlier -------------*- C++ -*-===//
//
// The fix that several checks offer: unlock after the last use of guarded data.
// A unique_lock gets `hold.unlock();`, another guard braces, or, where a
// variable declared under it is needed later, becomes a unique_lock.
//
// Offered only where it is sure to mean the same: one guard in one block that
// nothing else refers to, which dies at the end of its scope; what follows
// stands at the same level and uses nothing that the lock may guard.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_NARROW_H
#define RUNNEL_CHECKS_NARROW_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Scope.h"

#include <optional>

namespace runnel::scope {

/// The section of \p In that begins at \p Begin; null if there is none.
const analysis::CriticalSection *sectionAt(const analysis::Facts &F,
                                           const ir::Function &In,
                                           analysis::Point Begin);

/// The first statement after the last use of guarded data, if all that follows
/// it in the section needs the lock no more.
std::optional<ir::Range> firstFreeStatement(const analysis::CriticalSection &C);

/// Ends the section before what \p MustLeave says is to leave it: these events
/// all lie after the last use of guarded data.
std::optional<Fix> narrow(const analysis::Facts &F, const ir::Function &In,
                          analysis::Point Begin,
                          llvm::ArrayRef<analysis::Point> MustLeave);

} // namespace runnel::scope

#endif
