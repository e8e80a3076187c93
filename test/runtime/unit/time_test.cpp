// Timers, tickers, sleeping and contexts. What can be is measured in virtual time.

#include <runnel/runnel.h>
#include <runnel/test.h>

#include <gtest/gtest.h>
#include <thread>

using namespace std::chrono_literals;
namespace rt = runnel::test;

namespace {

// Runs f in virtual time, under a number of schedules.
template <class F> void in_virtual_time(F f) {
  auto r = rt::explore(f, {.schedules = 50});
  EXPECT_EQ(r.result, rt::outcome::ok) << r.message;
}

TEST(time, sleepers_wake_in_order) {
  in_virtual_time([] {
    auto start = runnel::clock::now();
    runnel::channel<int> c(3);
    for (int i : {3, 1, 2})
      runnel::go([=] {
        runnel::sleep_for(i * 1h);
        c.send(i);
      });
    for (int i : {1, 2, 3})
      EXPECT_EQ(c.recv(), i);
    EXPECT_EQ(runnel::clock::now() - start, 3h);
  });
}

TEST(time, sleep_is_no_shorter_than_asked) {
  auto start = std::chrono::steady_clock::now();
  runnel::spawn([] { runnel::sleep_for(2ms); }).join();
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  start = std::chrono::steady_clock::now();
  runnel::sleep_for(2ms);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  runnel::sleep_for(-1h);
}

TEST(timer, stop_and_reset) {
  in_virtual_time([] {
    runnel::timer t(1h);
    EXPECT_TRUE(t.stop());
    EXPECT_FALSE(t.stop());
    runnel::sleep_for(2h);
    EXPECT_FALSE(t.c().try_recv());
    EXPECT_FALSE(t.reset(1h));
    EXPECT_TRUE(t.reset(3h));
    auto before = runnel::clock::now();
    EXPECT_EQ(*t.c().recv() - before, 3h);
    EXPECT_FALSE(t.stop());
    EXPECT_EQ(t.c().try_recv().status(), runnel::recv_status::empty); // open
  });
}

TEST(timer, after_func_runs_in_a_goroutine_of_its_own) {
  in_virtual_time([] {
    runnel::channel<std::uint64_t> who(4);
    auto t = runnel::after_func(1h, [=] { who.send(runnel::this_goroutine::id()); });
    EXPECT_NE(*who.recv(), runnel::this_goroutine::id());
    EXPECT_FALSE(t.c());
    EXPECT_FALSE(t.reset(1h));
    EXPECT_TRUE(who.recv());
    EXPECT_FALSE(t.reset(1h));
    EXPECT_TRUE(t.stop());
    runnel::sleep_for(2h);
    EXPECT_FALSE(who.try_recv());
  });
}

TEST(timer, outlives_its_handle) {
  in_virtual_time([] {
    auto c = runnel::timer(1h).c();
    EXPECT_TRUE(c.recv());
    EXPECT_TRUE(runnel::after(1h).recv());
  });
}

TEST(ticker, drops_what_nobody_takes) {
  in_virtual_time([] {
    runnel::ticker t(1h);
    auto start = runnel::clock::now();
    EXPECT_EQ(*t.c().recv() - start, 1h);
    runnel::sleep_for(5h + 30min);
    EXPECT_TRUE(t.c().recv()); // one of those missed
    runnel::clock::time_point next = *t.c().recv();
    EXPECT_EQ((next - start) % 1h, 0h);
    t.reset(10min);
    auto before = runnel::clock::now();
    EXPECT_EQ(*t.c().recv() - before, 10min);
    t.stop();
    runnel::sleep_for(5h);
    EXPECT_FALSE(t.c().try_recv());
  });
  EXPECT_THROW(runnel::ticker(0s), std::invalid_argument);
  EXPECT_THROW(runnel::ticker(-1s), std::invalid_argument);
}

TEST(timer, many_at_once) {
  runnel::wait_group wg;
  std::atomic<int> n = 0;
  for (int i = 0; i < 5000; ++i)
    wg.go([&, i] {
      runnel::sleep_for(std::chrono::microseconds(i % 700));
      ++n;
    });
  wg.wait();
  EXPECT_EQ(n, 5000);
}

// The receiver still holds the lock of the timer's channel when its worker looks at the timers.
TEST(timer, that_is_due_as_its_receiver_parks) {
  for (unsigned workers : {1U, 2U})
    runnel::run(
        [] {
          auto pass = [](runnel::duration d) { // without coming back to the scheduler
            for (auto end = runnel::clock::now() + d; runnel::clock::now() < end;) {}
          };
          for (int i = 0; i < 200; ++i) {
            runnel::timer t(1us), u(1us), v(1us);
            pass(100us);
            t.c().recv();
            EXPECT_TRUE(u.c().recv_for(1h));
            runnel::select(runnel::on_recv(v.c()), runnel::on_recv(t.c()));
            runnel::channel<int> c;
            EXPECT_FALSE(c.recv_for(1us));
          }
        },
        {.workers = workers});
}

// A spare that served while the one worker was busy sleeps again, with a timer in its heap.
TEST(timer, of_a_sleeping_spare_fires_while_the_others_are_busy) {
  runnel::run(
      [] {
        std::atomic<bool> sleeps = false, done = false;
        runnel::go([&] {
          sleeps = true;
          runnel::sleep_for(20ms);
          done = true;
        });
        while (!sleeps) { // never comes back to the scheduler, so a spare takes the other
        }
        while (!done)
          runnel::yield();
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(timer, of_plain_threads) {
  EXPECT_TRUE(runnel::after(1ms).recv());
  runnel::channel<void> fired;
  auto t = runnel::after_func(1ms, [=] { fired.close(); });
  fired.recv();
  std::thread other([] { EXPECT_TRUE(runnel::timer(1ms).c().recv()); });
  other.join();
}

TEST(context, cancellation_goes_down_and_not_up) {
  auto [root, cancel_root] = runnel::with_cancel(runnel::context::background());
  auto [left, cancel_left] = runnel::with_cancel(root);
  auto [right, cancel_right] = runnel::with_timeout(root, 1h);
  static const runnel::context_key<std::string> name;
  auto leaf = runnel::with_value(left, name, "leaf");
  cancel_left();
  EXPECT_EQ(leaf.err(), runnel::errc::canceled);
  EXPECT_EQ(leaf.err(), std::errc::operation_canceled);
  EXPECT_FALSE(root.err());
  EXPECT_FALSE(right.err());
  EXPECT_EQ(*leaf.value(name), "leaf");
  EXPECT_EQ(left.value(name), nullptr);
  cancel_root(std::make_exception_ptr(std::runtime_error("why")));
  EXPECT_FALSE(right.done().recv());
  EXPECT_THROW(std::rethrow_exception(right.cause()), std::runtime_error);
  EXPECT_THROW(std::rethrow_exception(left.cause()), std::system_error);
  auto [late, cancel_late] = runnel::with_cancel(root);
  EXPECT_TRUE(late.err());
}

TEST(context, deadlines) {
  in_virtual_time([] {
    auto start = runnel::clock::now();
    auto [outer, c1] = runnel::with_timeout(runnel::context::background(), 1h);
    auto [inner, c2] = runnel::with_timeout(outer, 2h);
    EXPECT_EQ(*inner.deadline(), start + 1h);
    inner.done().recv();
    EXPECT_EQ(runnel::clock::now(), start + 1h);
    EXPECT_EQ(inner.err(), runnel::errc::deadline_exceeded);
    auto [past, c3] = runnel::with_deadline(runnel::context::background(), start);
    EXPECT_EQ(past.err(), runnel::errc::deadline_exceeded);
  });
}

TEST(context, the_source_cancels_at_its_end_unless_released) {
  auto make = [](bool release) {
    auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
    if (release)
      cancel.release();
    return ctx;
  };
  EXPECT_TRUE(make(false).err());
  EXPECT_FALSE(make(true).err());
  auto forgotten = make(true).done(); // its context is gone
  EXPECT_EQ(forgotten.try_recv().status(), runnel::recv_status::empty);
}

TEST(context, stop_tokens_both_ways) {
  std::stop_source source;
  auto ctx = runnel::context::from(source.get_token());
  auto [child, cancel] = runnel::with_cancel(ctx);
  auto token = child.stop_token();
  EXPECT_FALSE(token.stop_requested());
  source.request_stop();
  EXPECT_FALSE(ctx.done().recv());
  EXPECT_FALSE(child.done().recv());
  EXPECT_TRUE(token.stop_requested());
  EXPECT_FALSE(runnel::context::background().done());
}

TEST(context, cancelled_from_everywhere_at_once) {
  for (int i = 0; i < 300; ++i) {
    auto [root, cancel] = runnel::with_cancel(runnel::context::background());
    runnel::wait_group wg;
    for (int k = 0; k < 4; ++k)
      wg.go([&root = root] {
        auto [ctx, mine] = runnel::with_timeout(root, 100us);
        ctx.done().recv();
        EXPECT_TRUE(ctx.err());
      });
    wg.go([&cancel = cancel] { cancel(); });
    wg.wait();
  }
}

} // namespace
