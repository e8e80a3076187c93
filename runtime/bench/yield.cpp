// Eight goroutines that do nothing but yield; an operation is a yield.
#include "harness.h"

#include <runnel/runnel.h>

static bench::result measure(const bench::args& a) {
  constexpr std::uint64_t tasks = 8;
  runnel::wait_group left;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < tasks; ++i)
    left.go([each = a.n / tasks] {
      for (std::uint64_t j = 0; j < each; ++j)
        runnel::yield();
    });
  left.wait();
  return watch.per(a.n / tasks * tasks);
}
static const bench::workload registered{"yield", measure};
