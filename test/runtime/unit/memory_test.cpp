// No memory: starting goroutines, making channels and stacks fail with an error or a report, and
// nothing is left half done.

#include <runnel/runnel.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>
#include <sys/resource.h>

namespace {
// How many more allocations may be made; negative: as many as anybody likes.
std::atomic<int> allowed = -1;

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (allowed == 0)
    throw std::bad_alloc();
  if (allowed > 0)
    --allowed;
  void* p = alignment > alignof(std::max_align_t)
                ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
                : std::malloc(bytes);
  if (!p)
    throw std::bad_alloc();
  return p;
}
} // namespace

void* operator new(std::size_t bytes) { return allocate(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t a) {
  return allocate(bytes, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

// Runs `f` with 0, 1, 2, ... allocations allowed until it succeeds; each failure is a bad_alloc.
template <class F> int until_it_succeeds(F f) {
  for (int n = 0;; ++n) {
    allowed = n;
    try {
      f();
      allowed = -1;
      return n;
    } catch (const std::bad_alloc&) { allowed = -1; }
  }
}

TEST(no_memory, for_a_channel) {
  const int needed = until_it_succeeds([] {
    runnel::channel<std::array<char, 64>> c(100);
    EXPECT_EQ(c.capacity(), 100U);
  });
  EXPECT_GE(needed, 1);
  EXPECT_THROW(runnel::channel<int>(~std::size_t{0} / 2), std::length_error);
}

TEST(no_memory, for_a_goroutine) {
  runnel::spawn([] {}).join(); // the scheduler is up
  std::atomic<int> runs = 0;
  runnel::wait_group wg;
  const int needed = until_it_succeeds(
      [&] { wg.go([&, large = std::array<char, 4000>()] { runs += large[0] == 0; }); });
  wg.wait(); // an attempt that failed is not waited for
  EXPECT_EQ(runs, 1);
  EXPECT_GE(needed, 1);
  (void)until_it_succeeds([&] {
    EXPECT_EQ(runnel::spawn([large = std::array<char, 4000>()] { return int{large[0]}; }).join(),
              0);
  });
  (void)until_it_succeeds([&] {
    runnel::group g;
    g.set_limit(1);
    g.go([&, large = std::array<char, 4000>()] { runs += large[0] == 0; });
    allowed = -1;
    g.wait();
  });
  EXPECT_GE(runs, 2);
}

TEST(no_memory, for_timers_and_contexts) {
  (void)until_it_succeeds([] {
    runnel::timer t(std::chrono::hours(1));
    EXPECT_TRUE(t.stop());
  });
  (void)until_it_succeeds([] {
    auto [ctx, cancel] = runnel::with_timeout(runnel::context::background(), std::chrono::hours(1));
    cancel();
    EXPECT_EQ(ctx.err(), runnel::errc::canceled);
  });
}

// A thread's first timer makes the heap; no memory for it must not be the end of a wait.
TEST(no_memory, for_a_deadline) {
  runnel::run([] {
    runnel::channel<int> c;
    const int needed = until_it_succeeds([&] {
      EXPECT_EQ(c.recv_for(std::chrono::microseconds(1)).status(), runnel::recv_status::timed_out);
    });
    EXPECT_GE(needed, 0);
    runnel::go([=] { c.send(4); });
    EXPECT_EQ(*c.recv(), 4); // the one that failed does not stand in the queue
  });
}

// Address space for some stacks only. A goroutine that gets none waits until another ends.
TEST(no_memory_death, for_stacks_waits_for_those_that_end) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        runnel::run(
            [] {
              rlimit limit{};
              getrlimit(RLIMIT_AS, &limit);
              limit.rlim_cur = std::size_t{400} << 20;
              setrlimit(RLIMIT_AS, &limit);
              runnel::channel<void> gate(1);
              gate.send();
              std::atomic<int> done = 0;
              runnel::wait_group wg;
              for (int i = 0; i < 20'000; ++i) // a gigabyte and a quarter of stacks
                wg.go([&, gate] {
                  gate.recv();
                  runnel::yield();
                  ++done;
                  gate.send();
                });
              wg.wait();
              auto stats = runnel::snapshot();
              EXPECT_LT(stats.stacks + stats.cached_stacks, 8'000U);
              std::fprintf(stderr, "%d done\n", done.load());
            },
            {.workers = 2});
        std::_Exit(testing::Test::HasFailure());
      },
      testing::ExitedWithCode(0), "20000 done");
}

TEST(no_memory_death, for_stacks_and_nobody_who_could_end) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(runnel::run([] {
                 rlimit limit{};
                 getrlimit(RLIMIT_AS, &limit);
                 limit.rlim_cur = std::size_t{400} << 20;
                 setrlimit(RLIMIT_AS, &limit);
                 runnel::channel<void> never;
                 runnel::wait_group wg;
                 for (int i = 0; i < 20'000; ++i)
                   wg.go([&] { never.recv(); });
                 wg.wait();
               }),
               "no memory for a goroutine's stack");
}

} // namespace
