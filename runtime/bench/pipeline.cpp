// A chain of 16 stages that each add one; an operation is an item through all of them.
#include "harness.h"

#include <runnel/runnel.h>

static bench::result pipeline(std::uint64_t n, std::size_t capacity) {
  constexpr std::uint64_t stages = 16;
  using stage = runnel::channel<std::uint64_t>;
  const stage first(capacity);
  stage last = first;
  for (std::uint64_t i = 0; i < stages; ++i) {
    const stage out(capacity);
    runnel::go([=, in = last] {
      for (auto v : in)
        out.send(v + 1);
      out.close();
    });
    last = out;
  }
  bench::stopwatch watch;
  runnel::go([=] {
    for (std::uint64_t i = 0; i < n; ++i)
      first.send(i);
    first.close();
  });
  std::uint64_t sum = 0;
  for (auto v : last)
    sum += v;
  auto r = watch.per(n);
  bench::check(sum == n * (n - 1) / 2 + n * stages, "pipeline");
  return r;
}

static const bench::workload unbuffered{"pipe0",
                                        [](const bench::args& a) { return pipeline(a.n, 0); }};
static const bench::workload buffered{"pipe64",
                                      [](const bench::args& a) { return pipeline(a.n, 64); }};
