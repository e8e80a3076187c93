// One producer, one consumer, capacity 128; an operation is an item.
#include "fibers.h"

static bench::result measure(const bench::args& a) {
  bench::buffered<std::uint64_t> c(128);
  bench::stopwatch watch;
  auto producer = bench::start([&] {
    for (std::uint64_t i = 0; i < a.n; ++i)
      c.push(i);
    c.close();
  });
  std::uint64_t sum = 0, v;
  while (c.pop(v) == bench::status::success)
    sum += v;
  auto r = watch.per(a.n);
  producer.join();
  bench::check(sum == a.n * (a.n - 1) / 2, "spsc128");
  return r;
}
static const bench::workload registered{"spsc128", measure};
