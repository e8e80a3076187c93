//===- OnThreads.h - What runs on threads of its own ------------*- C++ -*-===//

#ifndef RUNNEL_CHECKS_THREAD_ONTHREADS_H
#define RUNNEL_CHECKS_THREAD_ONTHREADS_H

#include "checks/analysis/Facts.h"

#include "llvm/ADT/DenseSet.h"

namespace runnel {

/// The functions that are started as threads, goroutines or tasks, and what
/// those call, three calls deep: unordered, ask it for membership alone.
llvm::DenseSet<const ir::Function *> onThreads(const analysis::Facts &F);

} // namespace runnel

#endif
