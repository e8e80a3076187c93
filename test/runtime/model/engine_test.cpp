// The engine itself: failures are caught and told, searches end, bounds and reductions hold.
#include "litmus.h"

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace runnel::model {
namespace {

TEST(Engine, CountsInterleavingsOfOneLocation) {
  const result r = explore([] {
    atomic<int> x{0};
    const auto twice = [&] {
      x.fetch_add(1, rlx);
      x.fetch_add(1, rlx);
    };
    in_parallel(twice, twice);
  });
  EXPECT_EQ(r.executions, 6u); // 4! / (2! 2!)
}

TEST(Engine, IndependentThreadsTakeOneExecution) {
  const result r = explore([] {
    atomic<int> x{0}, y{0}, z{0};
    in_parallel([&] { x.store(1, sc); }, [&] { y.store(1, sc); }, [&] { z.store(1, sc); });
  });
  EXPECT_EQ(r.executions, 1u);
}

TEST(Engine, TellsWhereAnAssertionFailed) {
  const result r = explore([] {
    atomic<int> x{0};
    in_parallel([&] { x.store(1, rlx); }, [&] { RUNNEL_MODEL_REQUIRE(x.load(rlx) == 0); });
  });
  expect_failure(r, "assertion failed: x.load(rlx) == 0");
  expect_failure(r, "engine_test.cpp:");
  expect_failure(r, "T1");
}

TEST(Engine, CatchesExceptions) {
  expect_failure(explore([] { throw std::runtime_error("out of luck"); }), "out of luck");
  expect_failure(explore([] { thread([] { throw 1; }); }), "uncaught exception");
}

TEST(Engine, ExceptionsWorkInsideModelThreads) {
  const result r = explore([] {
    atomic<int> x{0};
    int caught = 0;
    in_parallel(
        [&] {
          try {
            x.store(1, rlx);
            throw x.load(rlx);
          } catch (int v) {
            x.store(v + 1, rlx);
            caught += v;
          }
        },
        [&] { x.load(rlx); });
    RUNNEL_MODEL_REQUIRE(caught == 1);
  });
  EXPECT_TRUE(r.ok) << r.failure;
}

TEST(Engine, FindsLivelock) {
  const result r = explore([] {
    atomic<int> x{0};
    thread t([&] {
      while (!x.load(acq))
        yield();
    });
  });
  expect_failure(r, "livelock");
  options o;
  o.max_steps = 100;
  expect_failure(explore(
                     [] {
                       atomic<int> x{0};
                       while (!x.load(acq)) {}
                     },
                     o),
                 "livelock");
}

TEST(Engine, SpinningTakesFewExecutions) {
  const result r = explore([] {
    atomic<int> x{0};
    in_parallel([&] { x.store(1, rel); },
                [&] {
                  while (!x.load(acq))
                    yield();
                });
  });
  EXPECT_TRUE(r.ok) << r.failure;
  EXPECT_LE(r.executions, 2u);
}

TEST(Engine, PreemptionBound) {
  const auto run = [](int bound) {
    options o;
    o.preemptions = bound;
    return explore(
        [] {
          atomic<int> x{0};
          const auto add = [&] { x.store(x.load(rlx) + 1, rlx); };
          in_parallel(add, add);
          observe(x.load(rlx));
        },
        o);
  };
  EXPECT_TRUE(run(-1).outcomes.contains({1}));
  EXPECT_TRUE(run(1).outcomes.contains({1}));
  EXPECT_FALSE(run(1).exhausted) << "a bounded search proves nothing";
}

TEST(Engine, Choices) {
  const result r = explore([] { observe(choose(3), choose(2)); });
  expect_exactly(r, {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}});
}

TEST(Engine, TimedWaitsEndBothWays) {
  const result r = explore([] {
    atomic<std::uint32_t> w{0};
    in_parallel(
        [&] {
          engine::active()->futex_wait(w.part(), atomic<std::uint32_t>::pack(0), true,
                                       source::current());
          observe(w.load(acq));
        },
        [&] {
          w.store(1, rel);
          engine::active()->futex_wake(w.part(), 1, source::current());
        });
  });
  expect_exactly(r, {{0}, {1}});
}

TEST(Engine, SpuriousWakeUpsDoNotHideDeadlocks) {
  options o;
  o.spurious = 1;
  expect_failure(explore(
                     [] {
                       atomic<std::uint32_t> w{0};
                       thread t([&] {
                         engine::active()->futex_wait(w.part(), atomic<std::uint32_t>::pack(0),
                                                      false, source::current());
                       });
                     },
                     o),
                 "deadlock");
}

TEST(Engine, DoubleDelete) {
  expect_failure(explore([] {
                   void* volatile p = ::operator new(8);
                   ::operator delete(p);
                   ::operator delete(p);
                 }),
                 "deleted twice");
}

TEST(Engine, ReplaysAddresses) {
  std::set<const void*> seen;
  const result r = explore([&] {
    auto p = std::make_unique<atomic<int>>(0);
    const engine_scope own;
    seen.insert(p.get());
    choose(4);
  });
  EXPECT_EQ(r.executions, 4u);
  EXPECT_EQ(seen.size(), 1u);
}

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
TEST(Engine, SurvivesCrashesOfModelCode) {
  expect_failure(explore([] {
                   volatile int* volatile nowhere = nullptr;
                   *nowhere = 1;
                 }),
                 "wild pointer");
  expect_failure(explore([] { std::abort(); }), "abort()");
  EXPECT_TRUE(explore([] {}).ok) << "and can go on";
}
#endif

} // namespace
} // namespace runnel::model
