// Eight producers and eight consumers on one channel; an operation is an item.
#include "fibers.h"

template <class Channel> static bench::result mpmc(std::uint64_t n, Channel& c) {
  constexpr std::uint64_t side = 8;
  const std::uint64_t each = n / side;
  std::atomic<std::uint64_t> total{0};
  std::vector<boost::fibers::fiber> producers, consumers;
  bench::stopwatch watch;
  for (std::uint64_t p = 0; p < side; ++p) {
    producers.push_back(bench::start([&] {
      for (std::uint64_t i = 0; i < each; ++i)
        c.push(i);
    }));
    consumers.push_back(bench::start([&] {
      std::uint64_t sum = 0, v;
      while (c.pop(v) == bench::status::success)
        sum += v;
      total += sum;
    }));
  }
  for (auto& f : producers)
    f.join();
  c.close();
  for (auto& f : consumers)
    f.join();
  auto r = watch.per(each * side);
  bench::check(total == side * (each * (each - 1) / 2), "mpmc");
  return r;
}

static bench::result measure_unbuffered(const bench::args& a) {
  bench::unbuffered<std::uint64_t> c;
  return mpmc(a.n, c);
}
static const bench::workload unbuffered{"mpmc0", measure_unbuffered};
static bench::result measure_buffered(const bench::args& a) {
  bench::buffered<std::uint64_t> c(64);
  return mpmc(a.n, c);
}
static const bench::workload buffered{"mpmc64", measure_buffered};
