// A tree of goroutines, ten children each, down to n leaves; an operation is a leaf.
#include "harness.h"

#include <runnel/runnel.h>

static void skynet(const runnel::channel<std::uint64_t>& out, std::uint64_t number,
                   std::uint64_t size) {
  if (size == 1) {
    out.send(number);
    return;
  }
  const runnel::channel<std::uint64_t> in;
  for (std::uint64_t i = 0; i < 10; ++i)
    runnel::go(skynet, in, number + i * (size / 10), size / 10);
  std::uint64_t sum = 0;
  for (int i = 0; i < 10; ++i)
    sum += *in.recv();
  out.send(sum);
}

static bench::result measure(const bench::args& a) {
  std::uint64_t leaves = 1;
  while (leaves * 10 <= a.n)
    leaves *= 10;
  const runnel::channel<std::uint64_t> out;
  bench::stopwatch watch;
  runnel::go(skynet, out, std::uint64_t{0}, leaves);
  const std::uint64_t sum = *out.recv();
  auto r = watch.per(leaves);
  bench::check(sum == leaves * (leaves - 1) / 2, "skynet");
  return r;
}
static const bench::workload registered{"skynet", measure};
