// A chain of 16 stages that each add one; an operation is an item through all of them.
#include "channel.h"

static bench::result pipeline(std::uint64_t n, std::size_t capacity) {
  constexpr std::uint64_t stages = 16;
  using stage = bench::channel<std::uint64_t>;
  std::vector<std::unique_ptr<stage>> pipes;
  for (std::uint64_t i = 0; i <= stages; ++i)
    pipes.push_back(std::make_unique<stage>(capacity));
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < stages; ++i)
    threads.emplace_back([&in = *pipes[i], &out = *pipes[i + 1]] {
      while (auto v = in.recv())
        out.send(*v + 1);
      out.close();
    });
  bench::stopwatch watch;
  threads.emplace_back([&] {
    for (std::uint64_t i = 0; i < n; ++i)
      pipes.front()->send(i);
    pipes.front()->close();
  });
  std::uint64_t sum = 0;
  while (auto v = pipes.back()->recv())
    sum += *v;
  auto r = watch.per(n);
  for (auto& t : threads)
    t.join();
  bench::check(sum == n * (n - 1) / 2 + n * stages, "pipeline");
  return r;
}

static const bench::workload unbuffered{"pipe0",
                                        [](const bench::args& a) { return pipeline(a.n, 0); }};
static const bench::workload buffered{"pipe64",
                                      [](const bench::args& a) { return pipeline(a.n, 64); }};
