// The prime sieve: a chain of goroutines, one for each prime found, each passing on what its prime
// does not divide.
//
// It shows that goroutines are cheap enough to be the data structure. Nothing tells the chain to
// stop: when the reader drops the last receiver, each stage's send fails in turn and the chain
// unwinds.
#include <runnel/runnel.h>

#include <cstdio>
#include <utility>

using runnel::receiver, runnel::sender;

static void generate(const sender<int>& out) {
  try {
    for (int i = 2;; ++i)
      out.send(i);
  } catch (const runnel::send_on_closed&) {
    // Nobody wants more numbers.
  }
}

static void filter(const receiver<int>& in, const sender<int>& out, int prime) {
  try {
    for (int n : in)
      if (n % prime != 0)
        out.send(n);
  } catch (const runnel::send_on_closed&) {
    // Nobody wants more primes; leaving drops `in`, which tells the stage before.
  }
}

int main() {
  return runnel::run([] {
    runnel::wait_group chain;
    {
      auto [first, numbers] = runnel::make_channel<int>();
      chain.go([out = std::move(first)] { generate(out); });
      receiver<int> in = std::move(numbers);
      for (int i = 0; i < 15; ++i) {
        const int prime = *in.recv();
        std::printf("%d ", prime);
        auto [tx, rx] = runnel::make_channel<int>();
        chain.go([from = std::move(in), to = std::move(tx), prime] { filter(from, to, prime); });
        in = std::move(rx);
      }
    }
    chain.wait(); // all sixteen have ended
    std::printf("\n");
  });
}

// Output:
// 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47
