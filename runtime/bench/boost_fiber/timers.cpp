// n fibers asleep at once, each for 1 to 2 seconds after the start. The library has no timer
// object.
#include "fibers.h"

static const bench::workload registered{
    "timers", [](const bench::args& a) {
      using clock = std::chrono::steady_clock;
      bench::lcg random;
      std::vector<std::int64_t> late(a.n);
      bench::countdown left(static_cast<std::int64_t>(a.n));
      bench::stopwatch watch;
      const auto began = clock::now();
      for (std::uint64_t i = 0; i < a.n; ++i) {
        const auto due =
            began + std::chrono::seconds(1) + std::chrono::microseconds(random.next() % 1'000'000);
        bench::start([&, i, due] {
          boost::this_fiber::sleep_until(due);
          late[i] = std::chrono::nanoseconds(clock::now() - due).count();
          left.done();
        }).detach();
      }
      left.wait();
      auto r = watch.per(a.n);
      return r.with("p50_late_us", bench::quantile_us(late, 0.50))
          .with("p99_late_us", bench::quantile_us(late, 0.99));
    }};
