//===- Callbacks.h - Functions run under somebody else's lock ---*- C++ -*-===//
//
// A function that calls its parameter while it holds a lock, and is given a
// lambda that wants that lock of that object. Neither function alone shows it:
// what is held is told in the callee's terms, what is wanted in those of the
// function that wrote the lambda, and both are brought to the call.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_CALLBACKS_H
#define RUNNEL_CHECKS_WEB_CALLBACKS_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/Summaries.h"

#include <vector>

namespace runnel::web {

struct CallbackReentry {
  const ir::Function *In = nullptr; ///< makes the call
  analysis::Point Call;
  const ir::Function *Holder = nullptr; ///< calls what it is given
  ir::Range Held;                       ///< where it locks
  ir::Range Runs;                       ///< and calls
  const ir::Function *Given = nullptr;  ///< the lambda
  ir::Range Wanted;                     ///< where the lambda locks
  ir::Place Lock;                       ///< in the terms of In
};

/// In order of function and event; one for each call.
std::vector<CallbackReentry> callbackReentries(const analysis::Facts &F);

} // namespace runnel::web

#endif
