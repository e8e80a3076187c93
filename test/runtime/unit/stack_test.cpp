// Stacks: guards and their fallbacks, reuse, and the report of an overflow.

#include "fiber/stack_pool.h"

#include <runnel/runnel.h>

#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <vector>

using namespace std::chrono_literals;
using namespace runnel::detail;

namespace {

// Pools are never destroyed, as the program's own; kept reachable, so that none counts as a leak.
stack_pool& lasting_pool() {
  static auto& pools = *new std::vector<stack_pool*>;
  pools.push_back(new stack_pool);
  return *pools.back();
}

TEST(stack_pool, hands_out_what_came_back) {
  auto& pool = lasting_pool();
  fiber* a = pool.take(0);
  fiber* b = pool.take(0);
  ASSERT_TRUE(a && b);
  EXPECT_NE(a, b);
  EXPECT_EQ(pool.made(), 2U);
  pool.give(a);
  EXPECT_EQ(pool.free(), 1U);
  if (!with_tsan) { // which lets stacks rest for long
    EXPECT_EQ(pool.take(0), a);
  }
  EXPECT_EQ(pool.find(b->slot + 100), b);
  EXPECT_EQ(pool.find(&pool), nullptr);
}

TEST(stack_pool, size_classes) {
  EXPECT_EQ(stack_pool::class_of(1), 0U);
  EXPECT_EQ(stack_pool::class_of(stack_pool::smallest), 0U);
  EXPECT_EQ(stack_pool::class_of(stack_pool::smallest + 1), 1U);
  auto& pool = lasting_pool();
  fiber* large = pool.take(3);
  std::byte* lowest = large->slot + 8192;
  *lowest = std::byte{1}; // all of it is there
  EXPECT_GE(large->stack_top() - lowest,
            static_cast<std::ptrdiff_t>(stack_pool::size_of(3) - 16384));
}

TEST(stack_pool, older_kernels_get_other_guards) {
  auto& pool = lasting_pool();
  pool.limit_guards(1, 3);
  std::set<fiber*> guarded;
  for (int i = 0; i < 5; ++i)
    if (fiber* f = pool.take(0); f->guarded)
      guarded.insert(f);
  EXPECT_EQ(guarded.size(), 3U);
  EXPECT_EQ(pool.unguarded(), 2U);
}

TEST(stack_pool_death, a_guard_page_faults) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (int level : {0, 1}) {
    EXPECT_DEATH(
        {
          auto& pool = lasting_pool();
          pool.limit_guards(level, 100);
          *static_cast<volatile std::byte*>(pool.take(0)->slot + 10) = std::byte{1};
        },
        "");
  }
}

[[gnu::noinline]] int deeper(int n) {
  volatile char frame[512];
  frame[0] = static_cast<char>(n);
  return n == 0 ? 0 : deeper(n - 1) + frame[0];
}

TEST(stack_death, an_overflow_names_its_goroutine) {
  if (with_asan || with_tsan)
    GTEST_SKIP() << "the sanitizer has a handler of its own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(runnel::run([] {
                 runnel::go([] {
                   runnel::this_goroutine::set_name("deep");
                   deeper(1'000'000);
                 });
                 runnel::sleep_for(1h);
               }),
               "goroutine [0-9]+ \"deep\" overflowed its stack of 64 KiB; started at "
               ".*stack_test.cpp:[0-9]+");
}

} // namespace
