// One token round a ring of 10,000 fibers; an operation is a hop.
#include "fibers.h"

using hop = bench::unbuffered<std::uint64_t>;

static const bench::workload registered{
    "ring", [](const bench::args& a) {
      constexpr std::uint64_t size = 10'000;
      const std::uint64_t rounds = std::max<std::uint64_t>(a.n / size, 1);
      std::vector<std::unique_ptr<hop>> pipes(size);
      for (auto& p : pipes)
        p = std::make_unique<hop>();
      std::vector<boost::fibers::fiber> members;
      for (std::uint64_t i = 1; i < size; ++i)
        members.push_back(bench::start([&in = *pipes[i - 1], &out = *pipes[i]] {
          std::uint64_t v;
          while (in.pop(v) == bench::status::success)
            out.push(v + 1);
          out.close();
        }));
      const auto round = [&](std::uint64_t v) {
        pipes.front()->push(v);
        return pipes.back()->value_pop() + 1;
      };
      std::uint64_t v = round(0);
      bench::stopwatch watch;
      for (std::uint64_t i = 0; i < rounds; ++i)
        v = round(v);
      auto r = watch.per(rounds * size);
      pipes.front()->close();
      for (auto& f : members)
        f.join();
      bench::check(v == (rounds + 1) * size, "ring");
      return r;
    }};
