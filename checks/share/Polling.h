//===- Polling.h - Loops that look at a variable again and again -*- C++
//-*-===//
//
// A loop that goes on until one variable, which somebody else writes, says
// stop, and that sleeps, yields or spins in between.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SHARE_POLLING_H
#define RUNNEL_CHECKS_SHARE_POLLING_H

#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"

namespace runnel::share {

struct Poll {
  enum Kind : uint8_t { Sleep, Yield, Spin };
  Kind How = Spin;
  const ir::Function *In = nullptr;
  analysis::Entity On;
  ir::Range Where;              ///< the condition
  ir::Range Pause;              ///< the sleep or yield
  std::optional<int64_t> Nanos; ///< how long it sleeps
  bool OnlyWaits = false;       ///< the loop does nothing else
  std::string Name;             ///< of the variable, as the loop writes it
};

struct Polls {
  std::vector<Poll> Found;
  analysis::DataUses Uses; ///< of the variables
};

Polls findPolls(const analysis::Facts &F);

} // namespace runnel::share

#endif
