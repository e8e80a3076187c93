// Threads add to one counter under one mutex; an operation is a lock and an unlock.
#include "channel.h"

static bench::result contend(std::uint64_t n, std::uint64_t contenders) {
  const std::uint64_t each = n / contenders;
  std::mutex m;
  std::uint64_t counter = 0;
  std::vector<std::thread> threads;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < contenders; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t j = 0; j < each; ++j) {
        m.lock();
        ++counter;
        m.unlock();
      }
    });
  for (auto& t : threads)
    t.join();
  auto r = watch.per(each * contenders);
  bench::check(counter == each * contenders, "mutex");
  return r;
}

static const bench::workload eight{"mutex8", [](const bench::args& a) { return contend(a.n, 8); }};
static const bench::workload many{"mutex64", [](const bench::args& a) { return contend(a.n, 64); }};
