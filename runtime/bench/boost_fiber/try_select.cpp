// The library has no select; polling in turn is what its users write. Its unbuffered channel has no
// try_pop, so these are buffered ones.
#include "fibers.h"

static bench::result measure_one(const bench::args& a) {
  bench::buffered<int> c(2);
  std::uint64_t misses = 0;
  int v;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    misses += c.try_pop(v) == bench::status::empty;
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect1");
  return r;
}
static const bench::workload one{"tryselect1", measure_one};
static bench::result measure_two(const bench::args& a) {
  bench::buffered<int> c(2), d(2);
  std::uint64_t misses = 0;
  int v;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    misses += c.try_pop(v) == bench::status::empty && d.try_pop(v) == bench::status::empty;
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect2");
  return r;
}
static const bench::workload two{"tryselect2", measure_two};
