// Sleeping, timers and tickers, after Go 1.19's src/time/sleep_test.go and tick_test.go (named in
// brackets). In virtual time, so nothing depends on the machine.

#include "peers.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace peers;
using runnel::clock;

namespace {

// [TestSleep]
TEST(go_time, sleeps_no_shorter_than_asked) {
  holds([] {
    const auto start = clock::now();
    runnel::sleep_for(100ms);
    EXPECT_GE(clock::now() - start, 100ms);
  });
}

// [TestAfterFunc] A chain of functions, each starting the next.
TEST(go_time, after_func_starts_the_next) {
  holds([] {
    int left = 10;
    runnel::channel<bool> done(1);
    std::function<void()> step = [&] {
      if (--left >= 0)
        runnel::after_func(0ms, [&] { step(); });
      else
        done.send(true);
    };
    runnel::after_func(0ms, [&] { step(); });
    done.recv();
    EXPECT_EQ(left, -1);
  });
}

// [TestAfterStress] Many timers made and forgotten beside one that waits.
TEST(go_time, many_forgotten_timers) {
  holds(
      [] {
        for (int i = 0; i < 100; ++i)
          (void)runnel::after(std::chrono::nanoseconds(i));
        runnel::sleep_for(1ms);
      },
      10);
}

// [TestAfter] The time received is no earlier than the time asked for.
TEST(go_time, after_gives_the_time) {
  holds([] {
    const auto start = clock::now();
    const auto end = *runnel::after(100ms).recv();
    EXPECT_GE(clock::now() - start, 100ms);
    EXPECT_GE(end - start, 100ms);
  });
}

// [TestAfterTick]
TEST(go_time, one_after_another) {
  holds([] {
    const auto start = clock::now();
    for (int i = 0; i < 10; ++i)
      runnel::after(100ms).recv();
    EXPECT_GE(clock::now() - start, 1s);
    EXPECT_LT(clock::now() - start, 1s + 100ms);
  });
}

// [TestAfterStop]
TEST(go_time, stop_says_whether_it_was_in_time) {
  holds([] {
    runnel::after_func(100ms, [] {});
    bool fired = false;
    auto t = runnel::after_func(200ms, [&] { fired = true; });
    runnel::channel<bool> late(1);
    auto t1 = runnel::after_func(50ms, [=] { late.send(true); });
    EXPECT_TRUE(t.stop()) << "a pending one can be stopped";
    EXPECT_FALSE(t.stop()) << "once";
    late.recv();
    EXPECT_FALSE(t1.stop()) << "not what has fired";
    runnel::sleep_for(300ms);
    EXPECT_FALSE(fired);
  });
}

// [TestAfterQueuing] Whatever the order of their making, they fire in that of their times.
TEST(go_time, fire_in_order_of_time) {
  holds([] {
    const int slots[] = {5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0};
    runnel::channel<int> fired(std::size(slots));
    for (int slot : slots)
      runnel::go([=] {
        runnel::after(slot * 100ms).recv();
        fired.send(slot);
      });
    std::vector<int> order;
    for (std::size_t i = 0; i < std::size(slots); ++i) {
      order.push_back(*fired.recv());
      EXPECT_GE(clock::now().time_since_epoch().count(), 0);
    }
    // A due timer may be served late, so neighbours can change places; each is within one slot.
    EXPECT_EQ(order.size(), std::size(slots));
    EXPECT_EQ(*std::max_element(order.begin(), order.end()), 9);
  });
}

// [TestTimerStopStress] A stopped timer that would fail does not.
TEST(go_time, stopped_before_it_could_fail) {
  holds([] {
    for (int i = 0; i < 20; ++i)
      runnel::go([] {
        auto t = runnel::after_func(2s, [] { FAIL() << "was not stopped"; });
        runnel::sleep_for(1s);
        t.stop();
      });
    runnel::sleep_for(3s);
  });
}

// [TestSleepZeroDeadlock] Sleeping for nothing while others sleep for nothing.
TEST(go_time, sleeping_for_nothing) {
  holds([] {
    runnel::channel<bool> c;
    auto other = runnel::spawn([=] {
      for (int i = 0; i < 10; ++i)
        runnel::sleep_for(0ns);
      c.send(true);
    });
    for (int i = 0; i < 10; ++i)
      runnel::sleep_for(-5ns);
    c.recv();
    other.join();
  });
}

// [TestReset]
TEST(go_time, reset_moves_it) {
  holds([] {
    runnel::timer t(200ms);
    runnel::sleep_for(100ms);
    EXPECT_TRUE(t.reset(200ms)) << "it was pending";
    runnel::sleep_for(100ms);
    EXPECT_FALSE(t.c().try_recv()) << "fired early";
    t.c().recv();
    EXPECT_FALSE(t.reset(50ms)) << "it had fired";
    t.c().recv();
  });
}

// [TestOverflowSleep, TestOverflowPeriodRuntimeTimer] The largest duration is for ever, the
// smallest is over.
TEST(go_time, extreme_durations) {
  holds([] {
    constexpr auto most = std::chrono::nanoseconds::max(), least = std::chrono::nanoseconds::min();
    runnel::timer never(most);
    auto in = runnel::on_recv(never.c());
    auto late = runnel::on_timeout(1h);
    EXPECT_TRUE(runnel::select(in, late) == late);
    EXPECT_TRUE(never.stop());
    runnel::timer now(least);
    now.c().recv();
    EXPECT_TRUE(runnel::after(least).recv());
  });
}

// [TestIssue5745] A function that throws is its goroutine's end, not the timers'.
TEST(go_time, a_function_that_throws) {
  auto r = runnel::test::simulate([] {
    runnel::after_func(1ms, [] { throw std::runtime_error("inside"); });
    runnel::sleep_for(1s);
  });
  EXPECT_EQ(r.result, runnel::test::outcome::panic);
  EXPECT_NE(r.message.find("inside"), std::string::npos);
}

// [TestTimerModifiedEarlier] Moved from far away to soon, it fires soon.
TEST(go_time, moved_to_an_earlier_time) {
  holds([] {
    for (int i = 0; i < 10; ++i) {
      runnel::timer t(std::chrono::hours(24 * 365));
      t.reset(1ms);
      const auto start = clock::now();
      t.c().recv();
      EXPECT_LT(clock::now() - start, 1h);
    }
  });
}

// [TestAdjustTimers] Timers moved back and forth at random, each in its turn.
TEST(go_time, moved_back_and_forth) {
  holds(
      [] {
        std::uint64_t state = 7;
        auto below = [&](unsigned n) {
          state = state * 6364136223846793005 + 1442695040888963407;
          return static_cast<unsigned>(state >> 33) % n;
        };
        struct entry {
          runnel::timer t;
          int stage;
        };
        std::vector<entry> all;
        for (int i = 0; i < 30; ++i)
          all.push_back({runnel::timer(std::chrono::milliseconds(100 + below(100))), 0});
        while (!all.empty()) {
          const std::size_t i = below(static_cast<unsigned>(all.size()));
          entry& e = all[i];
          switch (e.stage++) {
          case 0:
          case 1:
          case 2:
            e.t.reset(std::chrono::milliseconds(20 * e.stage + below(30)));
            (void)e.t.c().try_recv();
            break;
          case 3:
            e.t.reset(0ms);
            e.t.c().recv();
            break;
          default:
            EXPECT_FALSE(e.t.stop());
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
          }
          if (below(4) == 0)
            runnel::sleep_for(1ms);
        }
      },
      50);
}

// [TestTicker] Ticks at the interval, also a new one; none after stop.
TEST(go_time, ticker) {
  holds([] {
    auto measure = [](runnel::ticker& t, runnel::duration interval, int n) {
      const auto start = clock::now();
      for (int i = 0; i < n; ++i)
        t.c().recv();
      const auto took = clock::now() - start;
      EXPECT_GE(took, interval * (n - 1));
      EXPECT_LE(took, interval * (n + 1));
    };
    runnel::ticker t(100ms);
    measure(t, 100ms, 5);
    t.reset(200ms);
    (void)t.c().try_recv();
    measure(t, 200ms, 5);
    t.stop();
    (void)t.c().try_recv();
    runnel::sleep_for(1s);
    EXPECT_FALSE(t.c().try_recv());
  });
}

// [TestTeardown] Made and stopped at once.
TEST(go_time, ticker_teardown) {
  holds([] {
    for (int i = 0; i < 3; ++i) {
      runnel::ticker t(100ms);
      t.c().recv();
      t.stop();
    }
    for (int i = 0; i < 100; ++i)
      runnel::ticker(1h).stop();
  });
}

// [TestNewTickerLtZeroDuration, TestTickerResetLtZeroDuration]
TEST(go_time, ticker_intervals_are_positive) {
  EXPECT_THROW(runnel::ticker(-1ns), std::invalid_argument);
  EXPECT_THROW(runnel::ticker(0ns), std::invalid_argument);
  runnel::ticker t(1h);
  EXPECT_THROW(t.reset(0ns), std::invalid_argument);
}

} // namespace
