// Eight producers and eight consumers on one channel; an operation is an item.
#include "harness.h"

#include <runnel/runnel.h>

static bench::result mpmc(std::uint64_t n, std::size_t capacity) {
  constexpr std::uint64_t side = 8;
  const std::uint64_t each = n / side;
  runnel::channel<std::uint64_t> c(capacity), sums(side);
  runnel::wait_group producers;
  bench::stopwatch watch;
  for (std::uint64_t p = 0; p < side; ++p) {
    producers.go([=] {
      for (std::uint64_t i = 0; i < each; ++i)
        c.send(i);
    });
    runnel::go([=] {
      std::uint64_t sum = 0;
      for (auto v : c)
        sum += v;
      sums.send(sum);
    });
  }
  producers.wait();
  c.close();
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < side; ++i)
    total += *sums.recv();
  auto r = watch.per(each * side);
  bench::check(total == side * (each * (each - 1) / 2), "mpmc");
  return r;
}

static const bench::workload unbuffered{"mpmc0", [](const bench::args& a) { return mpmc(a.n, 0); }};
static const bench::workload buffered{"mpmc64", [](const bench::args& a) { return mpmc(a.n, 64); }};
