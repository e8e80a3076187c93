// One producer, one consumer, capacity 128; an operation is an item.
#include "harness.h"

#include <runnel/runnel.h>

static bench::result measure(const bench::args& a) {
  runnel::channel<std::uint64_t> c(128);
  bench::stopwatch watch;
  runnel::go([=, n = a.n] {
    for (std::uint64_t i = 0; i < n; ++i)
      c.send(i);
    c.close();
  });
  std::uint64_t sum = 0;
  for (auto v : c)
    sum += v;
  auto r = watch.per(a.n);
  bench::check(sum == a.n * (a.n - 1) / 2, "spsc128");
  return r;
}
static const bench::workload registered{"spsc128", measure};
