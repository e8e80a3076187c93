// Eight producers and eight consumers on one channel; an operation is an item.
#include "channel.h"

static bench::result mpmc(std::uint64_t n, std::size_t capacity) {
  constexpr std::uint64_t side = 8;
  const std::uint64_t each = n / side;
  bench::channel<std::uint64_t> c(capacity);
  std::atomic<std::uint64_t> total{0};
  std::vector<std::thread> producers, consumers;
  bench::stopwatch watch;
  for (std::uint64_t p = 0; p < side; ++p) {
    producers.emplace_back([&] {
      for (std::uint64_t i = 0; i < each; ++i)
        c.send(i);
    });
    consumers.emplace_back([&] {
      std::uint64_t sum = 0;
      while (auto v = c.recv())
        sum += *v;
      total += sum;
    });
  }
  for (auto& t : producers)
    t.join();
  c.close();
  for (auto& t : consumers)
    t.join();
  auto r = watch.per(each * side);
  bench::check(total == side * (each * (each - 1) / 2), "mpmc");
  return r;
}

static const bench::workload unbuffered{"mpmc0", [](const bench::args& a) { return mpmc(a.n, 0); }};
static const bench::workload buffered{"mpmc64", [](const bench::args& a) { return mpmc(a.n, 64); }};
