// timers: n goroutines asleep at once, each for 1 to 2 seconds after the start; `p99_late_us` is
// how late they woke. timerstop: a timer made and stopped before it fires, as every timeout is.
#include "harness.h"

#include <runnel/runnel.h>

static const bench::workload asleep{
    "timers", [](const bench::args& a) {
      bench::lcg random;
      std::vector<std::int64_t> late(a.n);
      runnel::wait_group left;
      left.add(static_cast<std::int64_t>(a.n));
      bench::stopwatch watch;
      const auto began = runnel::clock::now();
      for (std::uint64_t i = 0; i < a.n; ++i) {
        const auto due =
            began + std::chrono::seconds(1) + std::chrono::microseconds(random.next() % 1'000'000);
        runnel::go([&, i, due] {
          runnel::sleep_until(due);
          late[i] = std::chrono::nanoseconds(runnel::clock::now() - due).count();
          left.done();
        });
      }
      left.wait();
      auto r = watch.per(a.n);
      return r.with("p50_late_us", bench::quantile_us(late, 0.50))
          .with("p99_late_us", bench::quantile_us(late, 0.99));
    }};
static bench::result measure_stopped(const bench::args& a) {
  std::uint64_t in_time = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    in_time += runnel::timer(std::chrono::hours(1)).stop();
  auto r = watch.per(a.n);
  bench::check(in_time == a.n, "timerstop");
  return r;
}
static const bench::workload stopped{"timerstop", measure_stopped};
