//===- LockKind.h - From a thread's mutex to a goroutine's ------*- C++ -*-===//
//
// The fix of fiber-thread-lock: the declaration of a std::mutex becomes that of
// a runnel::mutex, and so do the guards that spell its type. Offered where the
// declaration and all of its uses are seen and work with any Lockable: guards
// and lock/unlock; not where a std::condition_variable waits with it, or a way
// to it is handed on.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FIBER_LOCKKIND_H
#define RUNNEL_CHECKS_FIBER_LOCKKIND_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"

#include <optional>

namespace runnel::fiber {

std::optional<Fix> lockKindFix(const analysis::Facts &F, const ir::Function &In,
                               const ir::Place &Lock);

} // namespace runnel::fiber

#endif
