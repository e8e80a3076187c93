// Eight threads that do nothing but yield; an operation is a yield.
#include "channel.h"

static bench::result measure(const bench::args& a) {
  constexpr std::uint64_t tasks = 8;
  std::vector<std::thread> threads;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < tasks; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t j = 0; j < a.n / tasks; ++j)
        std::this_thread::yield();
    });
  for (auto& t : threads)
    t.join();
  return watch.per(a.n / tasks * tasks);
}
static const bench::workload registered{"yield", measure};
