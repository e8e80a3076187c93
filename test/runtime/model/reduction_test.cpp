// Sleep sets lose no outcome: random small programs, explored with and without them.
#include "random_program.h"

namespace runnel::model {
namespace {

void compare(bool place, unsigned seed, int programs) {
  std::mt19937 random(seed);
  std::uint64_t with = 0, without = 0;
  for (int i = 0; i < programs; ++i) {
    const program p = random_program(random, true, 4);
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

TEST(Reduction, LosesNoOutcome) { compare(false, 1, 80); }
TEST(Reduction, LosesNoOutcomeWhenStoresArePlaced) { compare(true, 2, 40); }

} // namespace
} // namespace runnel::model
