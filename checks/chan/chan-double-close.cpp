//===- chan-double-close.cpp - Channels closed twice ---===//

#include "checks/Check.h"
#include "checks/chan/AfterClose.h"

namespace runnel {

static std::vector<Finding> run(const analysis::Facts &F, const Options &) {
  return chan::afterCloseFindings(
      F, [](const ir::Event &E) { return E.What == ir::Op::Close; },
      {"runnel-chan-double-close",
       "is closed a second time, which throws close_of_closed",
       "can be closed before, which makes this close throw close_of_closed",
       "one party closes: the one that sends last"});
}

static const CheckRegistration X("runnel-chan-double-close", Level::Default,
                                 run);

} // namespace runnel
