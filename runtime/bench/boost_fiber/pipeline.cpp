// A chain of 16 stages that each add one; an operation is an item through all of them.
#include "fibers.h"

template <class Channel, class... Capacity>
static bench::result pipeline(std::uint64_t n, Capacity... capacity) {
  constexpr std::uint64_t stages = 16;
  std::vector<std::unique_ptr<Channel>> pipes;
  for (std::uint64_t i = 0; i <= stages; ++i)
    pipes.push_back(std::make_unique<Channel>(capacity...));
  std::vector<boost::fibers::fiber> fibers;
  for (std::uint64_t i = 0; i < stages; ++i)
    fibers.push_back(bench::start([&in = *pipes[i], &out = *pipes[i + 1]] {
      std::uint64_t v;
      while (in.pop(v) == bench::status::success)
        out.push(v + 1);
      out.close();
    }));
  bench::stopwatch watch;
  fibers.push_back(bench::start([&] {
    for (std::uint64_t i = 0; i < n; ++i)
      pipes.front()->push(i);
    pipes.front()->close();
  }));
  std::uint64_t sum = 0, v;
  while (pipes.back()->pop(v) == bench::status::success)
    sum += v;
  auto r = watch.per(n);
  for (auto& f : fibers)
    f.join();
  bench::check(sum == n * (n - 1) / 2 + n * stages, "pipeline");
  return r;
}

static const bench::workload unbuffered{
    "pipe0", [](const bench::args& a) { return pipeline<bench::unbuffered<std::uint64_t>>(a.n); }};
static bench::result measure_buffered(const bench::args& a) {
  return pipeline<bench::buffered<std::uint64_t>>(a.n, std::size_t{64});
}
static const bench::workload buffered{"pipe64", measure_buffered};
