// One token round a ring of 10,000 threads; an operation is a hop.
#include "channel.h"

using hop = bench::channel<std::uint64_t>;

static const bench::workload registered{
    "ring", [](const bench::args& a) {
      constexpr std::uint64_t size = 10'000;
      const std::uint64_t rounds = std::max<std::uint64_t>(a.n / size, 1);
      std::vector<std::unique_ptr<hop>> pipes(size);
      for (auto& p : pipes)
        p = std::make_unique<hop>(0);
      std::vector<std::thread> members;
      for (std::uint64_t i = 1; i < size; ++i)
        members.emplace_back([&in = *pipes[i - 1], &out = *pipes[i]] {
          while (auto v = in.recv())
            out.send(*v + 1);
          out.close();
        });
      const auto round = [&](std::uint64_t v) {
        pipes.front()->send(v);
        return *pipes.back()->recv() + 1;
      };
      std::uint64_t v = round(0);
      bench::stopwatch watch;
      for (std::uint64_t i = 0; i < rounds; ++i)
        v = round(v);
      auto r = watch.per(rounds * size);
      pipes.front()->close();
      for (auto& t : members)
        t.join();
      bench::check(v == (rounds + 1) * size, "ring");
      return r;
    }};
