// Random small programs over two atomics: what the comparisons of searches and of models run on.
#pragma once

#include "litmus.h"

#include <random>
#include <string>

namespace runnel::model {

enum class verb { load, store, add, swap, fence };

struct step {
  verb what;
  int where;
  order how;
};
using program = std::vector<std::vector<step>>;

inline program random_program(std::mt19937& random, bool with_swap, int most_steps) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  program p(static_cast<std::size_t>(2 + below(2)));
  const int longest = p.size() == 2 ? most_steps : most_steps - 1;
  for (auto& thread : p) {
    const int steps = 1 + below(longest);
    for (int i = 0; i < steps; ++i) {
      static constexpr verb verbs[] = {verb::load,  verb::load, verb::store, verb::store,
                                       verb::store, verb::add,  verb::swap,  verb::fence};
      step s{verbs[below(8)], below(2), rlx};
      if (s.what == verb::swap && !with_swap)
        s.what = verb::add;
      static constexpr order loads[] = {rlx, acq, sc, sc};
      static constexpr order stores[] = {rlx, rel, sc, sc};
      static constexpr order both[] = {rlx, acq, rel, acq_rel, sc};
      switch (s.what) {
      case verb::load:
        s.how = loads[below(4)];
        break;
      case verb::store:
        s.how = stores[below(4)];
        break;
      case verb::add:
      case verb::swap:
        s.how = both[below(5)];
        break;
      case verb::fence:
        s.how = below(2) ? sc : both[1 + below(3)];
        break;
      }
      thread.push_back(s);
    }
  }
  return p;
}

inline result run(const program& p, options o) {
  return explore(
      [&] {
        atomic<int> x[2]{0, 0};
        std::vector<std::int64_t> seen[3];
        std::deque<thread> threads;
        for (std::size_t t = 0; t < p.size(); ++t)
          threads.emplace_back([&, t] {
            int next = static_cast<int>(t + 1) * 10;
            for (const step& s : p[t]) {
              atomic<int>& a = x[s.where];
              switch (s.what) {
              case verb::load:
                seen[t].push_back(a.load(s.how));
                break;
              case verb::store:
                a.store(next++, s.how);
                break;
              case verb::add:
                seen[t].push_back(a.fetch_add(100, s.how));
                break;
              case verb::swap: {
                int old = 0;
                seen[t].push_back(
                    a.compare_exchange_strong(old, next++, s.how, failure_order(s.how)));
                seen[t].push_back(old);
                break;
              }
              case verb::fence:
                fence(s.how);
                break;
              }
            }
          });
        for (thread& t : threads)
          t.join();
        std::vector<std::int64_t> all;
        for (const auto& s : seen)
          all.insert(all.end(), s.begin(), s.end());
        all.push_back(x[0].load(rlx));
        all.push_back(x[1].load(rlx));
        engine::active()->observe(all);
      },
      o);
}

inline std::string show(const program& p) {
  std::string out;
  for (const auto& t : p) {
    out += "thread:";
    for (const step& s : t)
      out += " " + std::to_string(static_cast<int>(s.what)) + "/" + std::to_string(s.where) + "/" +
             std::to_string(static_cast<int>(s.how));
    out += "\n";
  }
  return out;
}

} // namespace runnel::model
