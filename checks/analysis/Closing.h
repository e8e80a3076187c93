//===- Closing.h - Operations on a channel that is closed already -*- C++
//-*-===//
//
// Finds, inside one function, an operation that surely follows a close of the
// same channel: every way to it passes the close, or every way from the close
// comes to it. Two branches that happen to be taken together are left alone.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_CLOSING_H
#define RUNNEL_CHECKS_ANALYSIS_CLOSING_H

#include "checks/analysis/Paths.h"

namespace runnel::analysis {

struct AfterClose {
  Point Close, Then;
};

/// \p Wanted: the operations looked for, on the channel that was closed.
std::vector<AfterClose> afterClose(const ir::Function &F, EventTest Wanted);

} // namespace runnel::analysis

#endif
