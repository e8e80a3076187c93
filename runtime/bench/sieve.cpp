// The first n primes through a chain of filters; an operation is a prime. Dropping the last
// receiver takes the chain down.
#include "harness.h"

#include <runnel/runnel.h>

using out_end = runnel::sender<std::uint64_t>;
using in_end = runnel::receiver<std::uint64_t>;

static void generate(const out_end& out) {
  try {
    for (std::uint64_t i = 2;; ++i)
      out.send(i);
  } catch (const runnel::send_on_closed&) {
    // The reader is gone: enough primes.
  }
}

static void filter(const in_end& in, const out_end& out, std::uint64_t prime) {
  try {
    for (auto v : in)
      if (v % prime != 0)
        out.send(v);
  } catch (const runnel::send_on_closed&) {
    // As above; returning drops our own receiver and tells the stage before.
  }
}

static bench::result measure(const bench::args& a) {
  bench::stopwatch watch;
  auto [first, in] = runnel::make_channel<std::uint64_t>();
  runnel::go(generate, std::move(first));
  std::uint64_t prime = 0;
  for (std::uint64_t i = 0; i < a.n; ++i) {
    prime = *in.recv();
    auto [tx, rx] = runnel::make_channel<std::uint64_t>();
    runnel::go(filter, std::move(in), std::move(tx), prime);
    in = std::move(rx);
  }
  return watch.per(a.n).with("last", static_cast<double>(prime));
}
static const bench::workload registered{"sieve", measure};
