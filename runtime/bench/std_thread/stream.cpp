// One producer, one consumer, capacity 128; an operation is an item.
#include "channel.h"

static bench::result measure(const bench::args& a) {
  bench::channel<std::uint64_t> c(128);
  bench::stopwatch watch;
  std::thread producer([&] {
    for (std::uint64_t i = 0; i < a.n; ++i)
      c.send(i);
    c.close();
  });
  std::uint64_t sum = 0;
  while (auto v = c.recv())
    sum += *v;
  auto r = watch.per(a.n);
  producer.join();
  bench::check(sum == a.n * (a.n - 1) / 2, "spsc128");
  return r;
}
static const bench::workload registered{"spsc128", measure};
