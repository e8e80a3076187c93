// spawnall: n starts, then join all. spawnone: start and join, one at a time.
#include "channel.h"

static bench::result measure_all(const bench::args& a) {
  std::atomic<std::uint64_t> ran{0};
  std::vector<std::thread> threads;
  threads.reserve(a.n);
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    threads.emplace_back([&] { ran.fetch_add(1, std::memory_order_relaxed); });
  for (auto& t : threads)
    t.join();
  auto r = watch.per(a.n);
  bench::check(ran == a.n, "spawnall");
  return r;
}
static const bench::workload all{"spawnall", measure_all};
static bench::result measure_one(const bench::args& a) {
  std::uint64_t ran = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    std::thread([&] { ++ran; }).join();
  auto r = watch.per(a.n);
  bench::check(ran == a.n, "spawnone");
  return r;
}
static const bench::workload one{"spawnone", measure_one};
