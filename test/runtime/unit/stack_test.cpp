// Stacks: guards and their fallbacks, reuse, and the report of an overflow.

#include "fiber/stack_pool.h"
#include "sched/worker.h"

#include <runnel/runnel.h>

#include <cstring>
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

TEST(stack_pool, trimming_gives_memory_back_and_keeps_the_guards) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  auto& pool = lasting_pool();
  std::vector<fiber*> all;
  for (int i = 0; i < 600; ++i) {
    all.push_back(pool.take(0));
    all.back()->slot[8192] = std::byte{1};
  }
  fiber* kept = all.back();
  all.pop_back();
  for (fiber* f : all)
    pool.give(f);
  EXPECT_EQ(pool.trim(stack_pool::surplus::all, 100), 100U);
  EXPECT_EQ(pool.trim(stack_pool::surplus::all), 499U);
  EXPECT_EQ(pool.cold(), 599U);
  EXPECT_EQ(pool.free(), 599U);
  EXPECT_EQ(kept->slot[8192], std::byte{1});
  int walked = 0;
  pool.for_each([&](fiber&) { ++walked; });
  EXPECT_EQ(walked, 1); // cold ones look as if they had never been handed out
  std::set<fiber*> again;
  for (int i = 0; i < 599; ++i) {
    fiber* f = pool.take(0);
    ASSERT_TRUE(f && f->slot && f->guarded);
    EXPECT_EQ(f->slot[8192], std::byte{0});
    again.insert(f);
  }
  EXPECT_EQ(again, std::set<fiber*>(all.begin(), all.end()));
  EXPECT_EQ(pool.cold(), 0U);
  EXPECT_EQ(pool.made(), 600U);
}

TEST(stack_pool, trims_only_what_was_not_needed) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  auto& pool = lasting_pool();
  std::vector<fiber*> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(pool.take(0));
  for (fiber* f : all)
    pool.give(f);
  EXPECT_EQ(pool.trim(stack_pool::surplus::since_last), 0U); // all have been needed
  for (int i = 0; i < 4; ++i)
    all[static_cast<std::size_t>(i)] = pool.take(0);
  for (int i = 0; i < 4; ++i)
    pool.give(all[static_cast<std::size_t>(i)]);
  EXPECT_EQ(pool.trim(stack_pool::surplus::since_last), 6U);
  EXPECT_EQ(pool.trim(stack_pool::surplus::since_last), 4U);
  EXPECT_EQ(pool.trim(stack_pool::surplus::since_last), 0U);
  EXPECT_TRUE(pool.has_free(0));
  EXPECT_FALSE(pool.has_free(1));
}

TEST(stack_pool, unguarded_stacks_stay_so) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  auto& pool = lasting_pool();
  pool.limit_guards(2, 0);
  fiber* a = pool.take(0);
  fiber* b = pool.take(0);
  pool.give(a);
  pool.give(b);
  EXPECT_EQ(pool.trim(stack_pool::surplus::all), 2U);
  for (fiber* f : {pool.take(0), pool.take(0)}) {
    EXPECT_FALSE(f->guarded);
    std::uint64_t word;
    std::memcpy(&word, f->slot, sizeof word);
    EXPECT_EQ(word, stack_canary);
  }
}

TEST(release_memory, after_many_goroutines) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  runnel::channel<void> gate;
  runnel::wait_group wg;
  for (int i = 0; i < 500; ++i)
    wg.go([=] { gate.recv(); });
  gate.close();
  wg.wait();
  (void)runnel::release_memory();
  EXPECT_LE(runnel::snapshot().trimmed_stacks, runnel::snapshot().cached_stacks);
  EXPECT_EQ(runnel::spawn([] { return 5; }).join(), 5); // on a stack that was trimmed
}

TEST(release_memory, by_itself_once_nothing_runs) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  runnel::channel<void> gate, ready(500);
  runnel::wait_group wg;
  for (int i = 0; i < 500; ++i)
    wg.go([=] {
      ready.send();
      gate.recv();
    });
  for (int i = 0; i < 500; ++i)
    ready.recv();
  gate.close();
  wg.wait();
  for (int i = 0; i < 3000 && runnel::snapshot().trimmed_stacks == 0; ++i)
    runnel::sleep_for(10ms); // by the monitor's clock, which no test can turn
  EXPECT_GT(runnel::snapshot().trimmed_stacks, 0U);
}

TEST(stack_pool_death, a_trimmed_stack_keeps_its_guard) {
  if (with_tsan)
    GTEST_SKIP() << "stacks rest instead";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (int level : {0, 1})
    EXPECT_DEATH(
        {
          auto& pool = lasting_pool();
          pool.limit_guards(level, 100);
          pool.give(pool.take(0));
          pool.trim(stack_pool::surplus::all);
          *static_cast<volatile std::byte*>(pool.take(0)->slot + 10) = std::byte{1};
        },
        "");
}

TEST(stack_death, a_lost_canary_is_reported) {
  if (with_asan || with_tsan)
    GTEST_SKIP() << "the sanitizer sees the write";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        stacks().limit_guards(2, 0);
        runnel::spawn([] {
          runnel::this_goroutine::set_name("large");
          std::uint64_t gone = 0;
          std::memcpy(this_worker()->current->slot, &gone, sizeof gone);
        }).join();
        runnel::sleep_for(1h); // the canary is looked at when the goroutine's code has ended
      },
      "\"large\" overflowed its stack of 64 KiB");
}

TEST(stack_pool_death, each_of_many_has_its_guard) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (int which : {1, 2, 3, 60, 99})
    EXPECT_DEATH(
        {
          auto& pool = lasting_pool();
          std::vector<fiber*> all;
          for (int i = 0; i < 100; ++i)
            all.push_back(pool.take(0));
          for (fiber* f : all)
            f->slot[4096] = std::byte{1}; // up to the guard it is usable
          *static_cast<volatile std::byte*>(all[static_cast<std::size_t>(which)]->slot + 10) =
              std::byte{1};
        },
        "");
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
