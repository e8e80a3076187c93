//===- AfterClose.h - What happens to a channel once closed -----*- C++ -*-===//
//
// Findings on operations that a closed channel answers with an exception: those
// that surely follow a close in their own function, then those that the
// exploration of the protocol has come to, across functions and goroutines.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_CHAN_AFTERCLOSE_H
#define RUNNEL_CHECKS_CHAN_AFTERCLOSE_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel::chan {

struct AfterCloseWords {
  const char *Check;
  const char *Sure;    ///< what a message says behind the channel's name
  const char *May;     ///< ... if it depends on the order
  const char *Instead; ///< the last note
};

std::vector<Finding> afterCloseFindings(const analysis::Facts &F,
                                        analysis::EventTest Wanted,
                                        const AfterCloseWords &Words);

} // namespace runnel::chan

#endif
