// n fibers started and not yet run; `bytes` is what each costs.
#include "fibers.h"

static bench::result measure(const bench::args& a) {
  std::atomic<std::uint64_t> ran{0};
  bench::countdown left(static_cast<std::int64_t>(a.n));
  const double before = bench::resident_bytes();
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    bench::start([&] {
      ran.fetch_add(1, std::memory_order_relaxed);
      left.done();
    }).detach();
  auto r = watch.per(a.n);
  const auto early = static_cast<double>(ran.load());
  const double bytes = (bench::resident_bytes() - before) / static_cast<double>(a.n);
  left.wait();
  return r.with("bytes", bytes).with("ran", early);
}
static const bench::workload registered{"unstarted", measure};
