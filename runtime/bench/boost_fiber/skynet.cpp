// A tree of fibers, ten children each, down to n leaves; an operation is a leaf. The channel is
// shared: a child may still be inside push() when its parent has taken the value.
#include "fibers.h"

using pipe_ptr = std::shared_ptr<bench::unbuffered<std::uint64_t>>;

static void skynet(pipe_ptr out, std::uint64_t number, std::uint64_t size) {
  if (size == 1) {
    out->push(number);
    return;
  }
  const auto in = std::make_shared<bench::unbuffered<std::uint64_t>>();
  for (std::uint64_t i = 0; i < 10; ++i)
    bench::start([in, child = number + i * (size / 10), size] {
      skynet(in, child, size / 10);
    }).detach();
  std::uint64_t sum = 0;
  for (int i = 0; i < 10; ++i)
    sum += in->value_pop();
  out->push(sum);
}

static bench::result measure(const bench::args& a) {
  std::uint64_t leaves = 1;
  while (leaves * 10 <= a.n)
    leaves *= 10;
  const auto out = std::make_shared<bench::unbuffered<std::uint64_t>>();
  bench::stopwatch watch;
  auto root = bench::start([&] { skynet(out, 0, leaves); });
  const std::uint64_t sum = out->value_pop();
  root.join();
  auto r = watch.per(leaves);
  bench::check(sum == leaves * (leaves - 1) / 2, "skynet");
  return r;
}
static const bench::workload registered{"skynet", measure};
