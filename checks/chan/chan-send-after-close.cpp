//===- chan-send-after-close.cpp - Sends on a channel that is closed ---===//

#include "checks/Check.h"
#include "checks/chan/AfterClose.h"

namespace runnel {

static std::vector<Finding> run(const analysis::Facts &F, const Options &) {
  return chan::afterCloseFindings(
      F,
      [](const ir::Event &E) {
        return E.What == ir::Op::Send && !E.has(ir::Try);
      },
      {"runnel-chan-send-after-close",
       "is closed already: this send throws send_on_closed",
       "can be closed before this send, which then throws send_on_closed",
       "close after the last send, or tell the sender by a context that nobody "
       "listens any more"});
}

static const CheckRegistration X("runnel-chan-send-after-close", Level::Default,
                                 run);

} // namespace runnel
