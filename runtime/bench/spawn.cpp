// spawnall: n starts, then one wait for all. spawnone: start and join, one at a time.
#include "harness.h"

#include <runnel/runnel.h>

#include <atomic>

static bench::result measure_all(const bench::args& a) {
  std::atomic<std::uint64_t> ran{0};
  runnel::wait_group left;
  bench::stopwatch watch;
  left.add(static_cast<std::int64_t>(a.n));
  for (std::uint64_t i = 0; i < a.n; ++i)
    runnel::go([&] {
      ran.fetch_add(1, std::memory_order_relaxed);
      left.done();
    });
  left.wait();
  auto r = watch.per(a.n);
  bench::check(ran == a.n, "spawnall");
  return r;
}
static const bench::workload all{"spawnall", measure_all};
static bench::result measure_one(const bench::args& a) {
  std::uint64_t ran = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    runnel::spawn([&] { ++ran; }).join();
  auto r = watch.per(a.n);
  bench::check(ran == a.n, "spawnone");
  return r;
}
static const bench::workload one{"spawnone", measure_one};
