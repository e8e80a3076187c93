// spawnall: n starts, then one wait for all. spawnone: start and join, one at a time.
#include "fibers.h"

static bench::result measure_all(const bench::args& a) {
  std::atomic<std::uint64_t> ran{0};
  bench::countdown left(static_cast<std::int64_t>(a.n));
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    bench::start([&] {
      ran.fetch_add(1, std::memory_order_relaxed);
      left.done();
    }).detach();
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
    bench::start([&] { ++ran; }).join();
  auto r = watch.per(a.n);
  bench::check(ran == a.n, "spawnone");
  return r;
}
static const bench::workload one{"spawnone", measure_one};
