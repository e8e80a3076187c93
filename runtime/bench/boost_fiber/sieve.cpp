// The first n primes through a chain of filters; an operation is a prime.
#include "fibers.h"

using hop = bench::unbuffered<std::uint64_t>;

static const bench::workload registered{
    "sieve", [](const bench::args& a) {
      // Declared before the fibers: the chain is closed from its head and joined before these die.
      std::vector<std::unique_ptr<hop>> pipes;
      std::vector<boost::fibers::fiber> filters;
      bench::stopwatch watch;
      pipes.push_back(std::make_unique<hop>());
      filters.push_back(bench::start([&out = *pipes.back()] {
        for (std::uint64_t i = 2; out.push(i) == bench::status::success; ++i) {}
      }));
      std::uint64_t prime = 0;
      for (std::uint64_t i = 0; i < a.n; ++i) {
        hop& in = *pipes.back();
        prime = in.value_pop();
        pipes.push_back(std::make_unique<hop>());
        filters.push_back(bench::start([&in, &out = *pipes.back(), prime] {
          std::uint64_t v;
          while (in.pop(v) == bench::status::success)
            if (v % prime != 0 && out.push(v) != bench::status::success)
              return;
        }));
      }
      auto r = watch.per(a.n).with("last", static_cast<double>(prime));
      for (auto& p : pipes)
        p->close();
      for (auto& f : filters)
        f.join();
      return r;
    }};
