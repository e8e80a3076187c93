// n goroutines started and not yet run; `bytes` is what each costs, `ran` how many ran before they
// were counted.
#include "harness.h"

#include <runnel/runnel.h>

#include <atomic>

static bench::result measure(const bench::args& a) {
  std::atomic<std::uint64_t> ran{0};
  runnel::wait_group left;
  left.add(static_cast<std::int64_t>(a.n));
  const double before = bench::resident_bytes();
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < a.n; ++i)
    runnel::go([&] {
      ran.fetch_add(1, std::memory_order_relaxed);
      left.done();
    });
  auto r = watch.per(a.n);
  const auto early = static_cast<double>(ran.load());
  const double bytes = (bench::resident_bytes() - before) / static_cast<double>(a.n);
  left.wait();
  return r.with("bytes", bytes).with("ran", early);
}
static const bench::workload registered{"unstarted", measure};
