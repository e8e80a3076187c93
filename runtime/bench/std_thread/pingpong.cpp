// Two threads, two unbuffered channels; an operation is a round trip.
#include "channel.h"

static bench::result measure(const bench::args& a) {
  bench::channel<std::uint64_t> ping(0), pong(0);
  std::thread other([&] {
    while (auto v = ping.recv())
      pong.send(*v + 1);
  });
  bench::stopwatch watch;
  std::uint64_t v = 0;
  for (std::uint64_t i = 0; i < a.n; ++i) {
    ping.send(v);
    v = *pong.recv();
  }
  auto r = watch.per(a.n);
  ping.close();
  other.join();
  bench::check(v == a.n, "pingpong");
  return r;
}
static const bench::workload registered{"pingpong", measure};
