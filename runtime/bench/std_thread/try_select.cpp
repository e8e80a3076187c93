// Polling one and two empty channels.
#include "channel.h"

static bench::result measure_one(const bench::args& a) {
  bench::channel<int> c(0);
  std::uint64_t misses = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    misses += !c.try_recv();
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect1");
  return r;
}
static const bench::workload one{"tryselect1", measure_one};
static bench::result measure_two(const bench::args& a) {
  bench::channel<int> c(0), d(0);
  std::uint64_t misses = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    misses += !c.try_recv() && !d.try_recv();
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect2");
  return r;
}
static const bench::workload two{"tryselect2", measure_two};
