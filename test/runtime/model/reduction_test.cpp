// Sleep sets lose no outcome: random small programs, explored with and without them.
#include "litmus.h"

#include <random>

namespace runnel::model {
namespace {

enum class verb { load, store, add, swap, fence };

struct step {
  verb what;
  int where;
  order how;
};
using program = std::vector<std::vector<step>>;

program random_program(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  program p(static_cast<std::size_t>(2 + below(2)));
  const int longest = p.size() == 2 ? 4 : 3;
  for (auto& thread : p) {
    const int steps = 1 + below(longest);
    for (int i = 0; i < steps; ++i) {
      static constexpr verb verbs[] = {verb::load,  verb::load, verb::store, verb::store,
                                       verb::store, verb::add,  verb::swap,  verb::fence};
      step s{verbs[below(8)], below(2), rlx};
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

result run(const program& p, options o) {
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

std::string show(const program& p) {
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

void compare(bool place, unsigned seed, int programs) {
  std::mt19937 random(seed);
  std::uint64_t with = 0, without = 0;
  for (int i = 0; i < programs; ++i) {
    const program p = random_program(random);
    options o;
    o.place_stores = place;
    const result reduced = run(p, o);
    o.reduce = false;
    o.max_executions = 200000;
    const result full = run(p, o);
    ASSERT_TRUE(reduced.ok && full.ok);
    if (!full.exhausted)
      continue;
    ASSERT_EQ(reduced.outcomes, full.outcomes) << show(p);
    with += reduced.executions;
    without += full.executions;
  }
  EXPECT_LT(with * 3, without);
  std::printf("%llu executions instead of %llu\n", static_cast<unsigned long long>(with),
              static_cast<unsigned long long>(without));
}

TEST(Reduction, LosesNoOutcome) { compare(false, 1, 150); }
TEST(Reduction, LosesNoOutcomeWhenStoresArePlaced) { compare(true, 2, 100); }

} // namespace
} // namespace runnel::model
