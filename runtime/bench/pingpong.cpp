// Two goroutines, two unbuffered channels; an operation is a round trip.
#include "harness.h"

#include <runnel/runnel.h>

static bench::result measure(const bench::args& a) {
  runnel::channel<std::uint64_t> ping, pong;
  runnel::go([=] {
    for (auto v : ping)
      pong.send(v + 1);
    pong.close();
  });
  bench::stopwatch watch;
  std::uint64_t v = 0;
  for (std::uint64_t i = 0; i < a.n; ++i) {
    ping.send(v);
    v = *pong.recv();
  }
  auto r = watch.per(a.n);
  ping.close();
  bench::check(v == a.n, "pingpong");
  return r;
}
static const bench::workload registered{"pingpong", measure};
