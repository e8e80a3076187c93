// Turns what would kill the process (a wild pointer, abort, an endless loop that announces nothing)
// into a failed execution: broken protocols are run on purpose.
#pragma once

#include <signal.h>

namespace runnel::model {

class engine;

class crash_guard {
public:
  explicit crash_guard(engine&);
  ~crash_guard();
  crash_guard(const crash_guard&) = delete;

private:
  struct sigaction segv_, bus_, abrt_, tick_, ill_, fpe_;
};

} // namespace runnel::model
