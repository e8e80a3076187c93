// Goroutines add to one counter under one mutex; an operation is a lock and an unlock.
#include "harness.h"

#include <runnel/runnel.h>

#include <mutex>

static bench::result contend(std::uint64_t n, std::uint64_t contenders) {
  const std::uint64_t each = n / contenders;
  runnel::mutex m;
  runnel::wait_group left;
  std::uint64_t counter = 0;
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < contenders; ++i)
    left.go([&] {
      for (std::uint64_t j = 0; j < each; ++j) {
        const std::lock_guard hold(m);
        ++counter;
      }
    });
  left.wait();
  auto r = watch.per(each * contenders);
  bench::check(counter == each * contenders, "mutex");
  return r;
}

static const bench::workload eight{"mutex8", [](const bench::args& a) { return contend(a.n, 8); }};
static const bench::workload many{"mutex64", [](const bench::args& a) { return contend(a.n, 64); }};
