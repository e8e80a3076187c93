// The first n primes through a chain of filters; an operation is a prime.
#include "channel.h"

using hop = bench::channel<std::uint64_t>;

static const bench::workload registered{
    "sieve", [](const bench::args& a) {
      std::vector<std::unique_ptr<hop>> pipes;
      std::vector<std::thread> filters;
      bench::stopwatch watch;
      pipes.push_back(std::make_unique<hop>(0));
      filters.emplace_back([&out = *pipes.back()] {
        for (std::uint64_t i = 2; out.send(i); ++i) {}
      });
      std::uint64_t prime = 0;
      for (std::uint64_t i = 0; i < a.n; ++i) {
        hop& in = *pipes.back();
        prime = *in.recv();
        pipes.push_back(std::make_unique<hop>(0));
        filters.emplace_back([&in, &out = *pipes.back(), prime] {
          while (auto v = in.recv())
            if (*v % prime != 0 && !out.send(*v))
              return;
        });
      }
      auto r = watch.per(a.n).with("last", static_cast<double>(prime));
      for (auto& p : pipes)
        p->close();
      for (auto& t : filters)
        t.join();
      return r;
    }};
