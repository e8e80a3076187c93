// Select with `otherwise` while nothing is ready, over one channel and over two. The
// cases are named and made once, as in a loop they should be: a case counts as a handle.
#include "harness.h"

#include <runnel/runnel.h>

using runnel::on_recv, runnel::otherwise;

static bench::result measure_one(const bench::args& a) {
  const runnel::channel<int> c;
  std::uint64_t misses = 0;
  auto in = on_recv(c);
  auto none = otherwise([&] { ++misses; });
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    // NOLINTNEXTLINE(runnel-select-default-spin): polling is what is measured
    runnel::select(in, none);
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect1");
  return r;
}
static const bench::workload one{"tryselect1", measure_one};
static bench::result measure_two(const bench::args& a) {
  const runnel::channel<int> c, d;
  std::uint64_t misses = 0;
  auto one = on_recv(c);
  auto other = on_recv(d);
  auto none = otherwise([&] { ++misses; });
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    // NOLINTNEXTLINE(runnel-select-default-spin): polling is what is measured
    runnel::select(one, other, none);
  auto r = watch.per(a.n);
  bench::check(misses == a.n, "tryselect2");
  return r;
}
static const bench::workload two{"tryselect2", measure_two};
