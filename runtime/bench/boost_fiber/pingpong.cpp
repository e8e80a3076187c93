// Two fibers, two unbuffered channels; an operation is a round trip.
#include "fibers.h"

static bench::result measure(const bench::args& a) {
  bench::unbuffered<std::uint64_t> ping, pong;
  auto other = bench::start([&] {
    std::uint64_t v;
    while (ping.pop(v) == bench::status::success)
      pong.push(v + 1);
  });
  bench::stopwatch watch;
  std::uint64_t v = 0;
  for (std::uint64_t i = 0; i < a.n; ++i) {
    ping.push(v);
    pong.pop(v);
  }
  auto r = watch.per(a.n);
  ping.close();
  other.join();
  bench::check(v == a.n, "pingpong");
  return r;
}
static const bench::workload registered{"pingpong", measure};
