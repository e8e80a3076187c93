// runnel::test: outcomes, determinism, strategies, shrinking.

#include <runnel/runnel.h>
#include <runnel/test.h>

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <thread>

using namespace std::chrono_literals;
namespace rt = runnel::test;
using runnel::on_recv, runnel::on_send, runnel::on_timeout;

namespace {

void crossed_locks() {
  auto a = std::make_shared<runnel::mutex>(), b = std::make_shared<runnel::mutex>();
  runnel::wait_group wg;
  wg.go([=] {
    std::scoped_lock x(*a);
    std::scoped_lock y(*b);
  });
  wg.go([=] {
    std::scoped_lock x(*b);
    std::scoped_lock y(*a);
  });
  wg.wait();
}

TEST(simulate, outcomes) {
  EXPECT_EQ(rt::simulate([] {}).result, rt::outcome::ok);
  auto dead = rt::simulate([] { runnel::channel<int>().recv(); });
  EXPECT_EQ(dead.result, rt::outcome::deadlock);
  EXPECT_NE(dead.message.find("goroutine 1 [channel receive]"), std::string::npos) << dead.message;
  EXPECT_NE(dead.message.find("simulation_test.cpp:"), std::string::npos) << dead.message;
  auto leak = rt::simulate([] {
    runnel::channel<int> c;
    runnel::go([=] { c.send(1); });
  });
  EXPECT_EQ(leak.result, rt::outcome::leak);
  EXPECT_NE(leak.message.find("goroutine 2 [channel send]"), std::string::npos) << leak.message;
  auto panic = rt::simulate([] {
    runnel::go([] { throw std::runtime_error("thrown in a test"); });
    runnel::sleep_for(1s);
  });
  EXPECT_EQ(panic.result, rt::outcome::panic);
  EXPECT_NE(panic.message.find("thrown in a test"), std::string::npos) << panic.message;
  auto endless = rt::explore(
      [] {
        for (;;)
          runnel::yield();
      },
      {.schedules = 1, .max_steps = 1000});
  EXPECT_EQ(endless.result, rt::outcome::limit);
}

TEST(simulate, a_mutex_is_as_good_a_deadlock) {
  EXPECT_EQ(rt::simulate([] {
              runnel::mutex m;
              m.lock();
              m.lock();
            }).result,
            rt::outcome::deadlock);
}

TEST(simulate, a_report_says_who_could_have_ended_the_wait) {
  auto r = rt::simulate([] {
    runnel::channel<int> jobs, never;
    runnel::go([=] {
      runnel::this_goroutine::set_name("producer");
      never.recv();
      jobs.send(1);
    });
    auto consumer = runnel::spawn([&] { // by reference
      runnel::this_goroutine::set_name("consumer");
      auto in = runnel::on_recv(jobs), stop = runnel::on_recv(never);
      runnel::select(in, stop);
    });
    runnel::this_goroutine::set_name("main");
    consumer.join();
  });
  EXPECT_EQ(r.result, rt::outcome::deadlock);
  EXPECT_NE(r.message.find("joins goroutine 3 \"consumer\" [select]"), std::string::npos)
      << r.message;
  EXPECT_NE(r.message.find("can send: known to goroutine 1 \"main\" [join], "
                           "goroutine 2 \"producer\" [channel receive]"),
            std::string::npos)
      << r.message;
}

TEST(simulate, a_ticker_hides_no_deadlock) {
  EXPECT_EQ(rt::simulate([] {
              runnel::ticker t(1s);
              runnel::channel<int>().recv();
            }).result,
            rt::outcome::deadlock);
}

TEST(simulate, timers_due_together_fire_in_any_order) {
  std::set<int> firsts;
  auto program = [&] {
    runnel::channel<int> c(2);
    auto a = runnel::after_func(1s, [=] { c.send(1); });
    auto b = runnel::after_func(1s, [=] { c.send(2); });
    firsts.insert(*c.recv());
    c.recv();
  };
  rt::explore(program, {.schedules = 50});
  EXPECT_EQ(firsts.size(), 2U);
}

TEST(simulate, a_due_timer_may_be_late) {
  bool work_won = false, timer_won = false;
  auto r = rt::explore(
      [&] {
        runnel::channel<int> c;
        runnel::go([=] {
          runnel::sleep_for(1s);
          c.send(1);
        });
        runnel::select(on_recv(c, [&](auto) { work_won = true; }),
                       on_timeout(1s, [&] { timer_won = true; }));
        if (timer_won)
          (void)c.recv_for(1s);
      },
      {.schedules = 200});
  EXPECT_TRUE(work_won && timer_won) << r.message;
}

TEST(simulate, the_same_seed_gives_the_same_run) {
  std::string log;
  auto program = [&] {
    runnel::channel<int> c(1);
    runnel::wait_group wg;
    for (int i = 0; i < 4; ++i)
      wg.go([&, i] {
        for (int k = 0; k < 3; ++k)
          c.send(i);
      });
    for (int i = 0; i < 12; ++i)
      log += static_cast<char>('a' + *c.recv());
    wg.wait();
  };
  auto first = rt::simulate(program, 5);
  std::string one = std::exchange(log, "");
  rt::simulate(program, 5);
  EXPECT_EQ(one, log);
  log.clear();
  EXPECT_EQ(rt::replay(program, first.schedule).result, rt::outcome::ok);
  EXPECT_EQ(one, log);
  std::set<std::string> different;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    log.clear();
    rt::simulate(program, seed);
    different.insert(log);
  }
  EXPECT_GT(different.size(), 5U);
}

TEST(explore, every_strategy_finds_crossed_locks) {
  for (auto how : {rt::strategy::random, rt::strategy::pct, rt::strategy::exhaustive}) {
    auto found = rt::explore(crossed_locks, {.seed = 3, .schedules = 2000, .how = how});
    EXPECT_EQ(found.result, rt::outcome::deadlock);
    auto again = rt::replay(crossed_locks, found.schedule);
    EXPECT_EQ(again.result, rt::outcome::deadlock);
    // One preemption is enough, and shrinking finds that: few choices other than the dull one.
    EXPECT_LE(found.schedule.size(), 20U) << found.schedule;
    EXPECT_NE(found.message.find("[mutex]"), std::string::npos) << found.message;
  }
}

TEST(explore, exhaustive_comes_to_an_end) {
  int runs = 0;
  auto r = rt::explore(
      [&] {
        ++runs;
        runnel::channel<int> c(1);
        runnel::go([=] { c.send(1); });
        c.recv();
      },
      {.schedules = 100'000, .how = rt::strategy::exhaustive});
  EXPECT_EQ(r.result, rt::outcome::ok) << r.message;
  EXPECT_LT(r.schedules, 1000U);
  EXPECT_GT(r.schedules, 2U);
}

TEST(explore, finds_a_lost_update) {
  auto racy = [] {
    auto value = std::make_shared<int>(0);
    runnel::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([=] {
        int seen = *value;
        runnel::yield();
        *value = seen + 1;
      });
    wg.wait();
    if (*value != 2)
      throw std::logic_error("an update was lost");
  };
  for (auto how : {rt::strategy::random, rt::strategy::pct, rt::strategy::exhaustive})
    EXPECT_EQ(rt::explore(racy, {.how = how}).result, rt::outcome::panic);
}

TEST(explore, a_spin_loop_ends_under_pct) {
  auto r = rt::explore(
      [] {
        auto flag = std::make_shared<bool>(false);
        runnel::go([=] { *flag = true; });
        while (!*flag)
          runnel::yield();
      },
      {.schedules = 200, .how = rt::strategy::pct, .max_steps = 10'000});
  EXPECT_EQ(r.result, rt::outcome::ok) << r.message;
}

TEST(explore, is_fast) {
  auto program = [] {
    runnel::channel<int> c(2);
    runnel::wait_group wg;
    for (int i = 0; i < 9; ++i)
      wg.go([=] { c.send(i); });
    for (int i = 0; i < 9; ++i)
      c.recv();
    wg.wait();
  };
  auto r = rt::explore(program, {.schedules = 10'000});
  EXPECT_EQ(r.result, rt::outcome::ok) << r.message;
  EXPECT_EQ(r.schedules, 10'000U);
}

TEST(replay, refuses_nonsense) {
  EXPECT_THROW(rt::replay([] {}, ""), std::invalid_argument);
  EXPECT_THROW(rt::replay([] {}, "s1:.."), std::invalid_argument);
  EXPECT_THROW(rt::replay([] {}, "s1:1."), std::invalid_argument);
  EXPECT_EQ(rt::replay([] {}, "s1:").result, rt::outcome::ok);
}

TEST(simulate, on_a_goroutine_and_beside_a_running_scheduler) {
  runnel::run([] {
    runnel::channel<int> outside(1);
    auto h = runnel::spawn([=] { outside.send(1); });
    EXPECT_EQ(rt::simulate(crossed_locks, 1).schedules, 1U);
    EXPECT_EQ(outside.recv(), 1);
    h.join();
  });
}

TEST(simulate, several_threads_at_once) {
  std::vector<std::thread> threads;
  std::atomic<int> found = 0;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back(
        [&] { found += rt::explore(crossed_locks).result == rt::outcome::deadlock; });
  for (auto& t : threads)
    t.join();
  EXPECT_EQ(found, 3);
}

} // namespace
