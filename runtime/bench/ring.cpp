// One token round a ring of 10,000 goroutines; an operation is a hop.
#include "harness.h"

#include <runnel/runnel.h>

using hop = runnel::channel<std::uint64_t>;

static bench::result measure(const bench::args& a) {
  constexpr std::uint64_t size = 10'000;
  const std::uint64_t rounds = std::max<std::uint64_t>(a.n / size, 1);
  const hop first;
  hop last = first;
  for (std::uint64_t i = 1; i < size; ++i) {
    const hop out;
    runnel::go([=, in = last] {
      for (auto v : in)
        out.send(v + 1);
      out.close();
    });
    last = out;
  }
  const auto round = [&](std::uint64_t v) {
    first.send(v);
    return *last.recv() + 1;
  };
  std::uint64_t v = round(0);
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < rounds; ++i)
    v = round(v);
  auto r = watch.per(rounds * size);
  first.close();
  last.recv();
  bench::check(v == (rounds + 1) * size, "ring");
  return r;
}
static const bench::workload registered{"ring", measure};
