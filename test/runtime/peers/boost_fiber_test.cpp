// Fibers, channels and locks, after Boost.Fiber 1.81's tests (fiber, buffered_channel,
// unbuffered_channel, mutex, condition_variable, barrier, future and promise; named in brackets).

#include "peers.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace peers;
using runnel::channel;
using runnel::recv_status;
using runnel::send_status;

namespace {

// --- fiber ---------------------------------------------------------------------------------------

// [fiber: scope, move_fiber] A handle that ends waits; moving hands the goroutine on.
TEST(boost_fiber, handles) {
  holds([] {
    bool ended = false;
    {
      auto h = runnel::spawn([&] {
        runnel::yield();
        ended = true;
      });
    }
    EXPECT_TRUE(ended);
    auto a = runnel::spawn([] { return 1; });
    auto b = std::move(a);
    EXPECT_TRUE(a.done());
    EXPECT_EQ(b.join(), 1);
    auto c = runnel::spawn([] { return 3; });
    c = runnel::spawn([] { return 4; }); // waits for the one it had
    EXPECT_EQ(c.join(), 4);
  });
}

// [fiber: join_memfn, join_copyable, join_moveable, join_argument]
TEST(boost_fiber, what_can_run) {
  holds([] {
    struct with_member {
      int state = 0;
      int twice(int x) { return state = 2 * x; }
    } object;
    EXPECT_EQ(runnel::spawn(&with_member::twice, &object, 4).join(), 8);
    EXPECT_EQ(object.state, 8);
    struct only_moves {
      std::unique_ptr<int> v;
      int operator()() const { return *v; }
    };
    EXPECT_EQ(runnel::spawn(only_moves{std::make_unique<int>(5)}).join(), 5);
    std::string text = "abc";
    EXPECT_EQ(runnel::spawn([](const std::string& s) { return s.size(); }, text).join(), 3U);
  });
}

// [fiber: join_in_fiber, current] A goroutine waits for one that it started; each has its id.
TEST(boost_fiber, joins_inside) {
  holds([] {
    auto outer = runnel::spawn([] {
      const auto mine = runnel::this_goroutine::id();
      auto inner = runnel::spawn([] { return runnel::this_goroutine::id(); });
      const auto other = inner.join();
      EXPECT_NE(mine, other);
      EXPECT_EQ(mine, runnel::this_goroutine::id());
      return mine;
    });
    EXPECT_NE(outer.join(), runnel::this_goroutine::id());
  });
}

// [fiber: yield] Turns alternate on one worker.
TEST(boost_fiber, yielding_takes_turns) {
  holds([] {
    std::vector<int> turns;
    runnel::wait_group wg;
    for (int me = 0; me < 2; ++me)
      wg.go([&, me] {
        for (int i = 0; i < 3; ++i) {
          turns.push_back(me);
          runnel::yield();
        }
      });
    wg.wait();
    EXPECT_EQ(turns.size(), 6U);
    EXPECT_EQ(std::count(turns.begin(), turns.end(), 0), 3);
  });
}

// [fiber: sleep_for, sleep_until]
TEST(boost_fiber, sleeping) {
  holds([] {
    const auto start = runnel::clock::now();
    runnel::sleep_for(500ms);
    EXPECT_GE(runnel::clock::now() - start, 500ms);
    runnel::sleep_until(start + 2s);
    EXPECT_GE(runnel::clock::now() - start, 2s);
    runnel::sleep_until(start); // over
    EXPECT_LT(runnel::clock::now() - start, 3s);
  });
}

// [fiber: detach]
TEST(boost_fiber, detached_ones_go_on) {
  holds([] {
    channel<int> c(1);
    runnel::spawn([=] {
      for (int i = 0; i < 3; ++i)
        runnel::yield();
      c.send(3);
    }).detach();
    EXPECT_EQ(c.recv(), 3);
  });
}

// [future, promise, packaged_task] Results of every kind, exceptions, and asking before the end.
TEST(boost_fiber, results) {
  holds([] {
    int object = 0;
    EXPECT_EQ(&runnel::spawn([&]() -> int& { return object; }).join(), &object);
    EXPECT_EQ(*runnel::spawn([] { return std::make_unique<int>(7); }).join(), 7);
    runnel::spawn([] {}).join();
    auto fails = runnel::spawn([]() -> int { throw std::runtime_error("mine"); });
    try {
      fails.join();
      ADD_FAILURE();
    } catch (const std::runtime_error& e) { EXPECT_STREQ(e.what(), "mine"); }
    channel<void> gate;
    auto waits = runnel::spawn([=] { gate.recv(); });
    EXPECT_FALSE(waits.done());
    gate.close();
    waits.join();
    EXPECT_TRUE(waits.done());
    EXPECT_THROW(waits.join(), runnel::sync_error);
  });
}

// --- channels ------------------------------------------------------------------------------------

// [buffered_channel: push, push_closed, try_push_full, pop_closed, pop_success]
TEST(boost_fiber, pushing_and_popping) {
  holds([] {
    channel<int> c(2);
    c.send(1);
    c.send(2);
    EXPECT_EQ(c.try_send(3), send_status::would_block);
    c.close();
    EXPECT_EQ(c.try_send(3), send_status::closed);
    EXPECT_THROW(c.send(3), runnel::send_on_closed);
    EXPECT_EQ(c.recv(), 1);
    EXPECT_EQ(*c.try_recv(), 2);
    EXPECT_FALSE(c.recv());
    EXPECT_EQ(c.try_recv().status(), recv_status::closed);
    EXPECT_EQ(c.recv_for(1s).status(), recv_status::closed);
  });
}

// [buffered_channel: push_wait_for, push_wait_for_timeout, pop_wait_for_timeout, pop_wait_until]
TEST(boost_fiber, pushing_and_popping_with_deadlines) {
  holds([] {
    channel<int> c(1);
    EXPECT_EQ(c.send_for(1, 1s), send_status::sent);
    const auto start = runnel::clock::now();
    EXPECT_EQ(c.send_for(2, 1s), send_status::timed_out);
    EXPECT_GE(runnel::clock::now() - start, 1s);
    EXPECT_EQ(c.send_until(2, start), send_status::timed_out); // over
    EXPECT_EQ(*c.recv_until(start), 1);                        // ready all the same
    EXPECT_EQ(c.recv_until(runnel::clock::now() + 1s).status(), recv_status::timed_out);
  });
}

// [buffered_channel: wm_1, wm_2] Producer and consumer, with little room, keep the order.
TEST(boost_fiber, a_producer_and_a_consumer) {
  for (std::size_t cap : {0U, 1U, 2U, 4U})
    holds([cap] {
      channel<int> c(cap);
      std::vector<int> got;
      auto consumer = runnel::spawn([&] {
        for (int v : c)
          got.push_back(v);
      });
      for (int i = 0; i < 6; ++i)
        c.send(i);
      c.close();
      consumer.join();
      EXPECT_EQ(got, (std::vector{0, 1, 2, 3, 4, 5}));
    });
}

// [buffered_channel, unbuffered_channel: moveable] Values that only move, and are not
// default-constructible.
struct only_moves {
  explicit only_moves(int v) : value(std::make_unique<int>(v)) {}
  std::unique_ptr<int> value;
};
TEST(boost_fiber, values_that_only_move) {
  for (std::size_t cap : {0U, 16U})
    holds([cap] {
      channel<only_moves> c(cap);
      auto receiver = runnel::spawn([=] { return *c.recv()->value; });
      only_moves v(3);
      c.send(std::move(v));
      EXPECT_FALSE(v.value);
      EXPECT_EQ(receiver.join(), 3);
    });
}

// [unbuffered_channel: issue_181] Closing while several wait to send: all are told.
TEST(boost_fiber, a_close_tells_all_waiting_senders) {
  holds([] {
    channel<int> c;
    int told = 0;
    runnel::wait_group wg;
    for (int i = 0; i < 4; ++i)
      wg.go([&] {
        try {
          c.send(1);
        } catch (const runnel::send_on_closed&) { ++told; }
      });
    runnel::sleep_for(1s);
    c.close();
    wg.wait();
    EXPECT_EQ(told, 4);
  });
}

// --- locks ---------------------------------------------------------------------------------------

// [mutex: do_test_mutex, exclusive] Ownership moves between guards; the other waits.
TEST(boost_fiber, guards) {
  holds([] {
    runnel::mutex m;
    std::unique_lock a(m);
    EXPECT_TRUE(a);
    std::unique_lock b(std::move(a));
    EXPECT_FALSE(a);
    EXPECT_TRUE(b);
    bool inside = false;
    auto other = runnel::spawn([&] {
      std::scoped_lock hold(m);
      inside = true;
    });
    runnel::sleep_for(1s);
    EXPECT_FALSE(inside);
    b.unlock();
    other.join();
    EXPECT_TRUE(inside);
    std::unique_lock c(m, std::try_to_lock);
    EXPECT_TRUE(c);
    EXPECT_FALSE(std::unique_lock(m, std::try_to_lock));
  });
}

// [condition_variable: one_waiter_notify_one, two_waiter_notify_all, wait_until*, wait_for*]
TEST(boost_fiber, conditions) {
  holds([] {
    runnel::mutex m;
    runnel::condition_variable cv;
    bool flag = false;
    int woken = 0;
    runnel::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([&] {
        std::unique_lock hold(m);
        cv.wait(hold, [&] { return flag; });
        EXPECT_TRUE(hold.owns_lock());
        ++woken;
      });
    runnel::sleep_for(1s);
    EXPECT_EQ(woken, 0);
    {
      std::lock_guard hold(m);
      flag = true;
    }
    cv.notify_all();
    wg.wait();
    EXPECT_EQ(woken, 2);
    std::unique_lock hold(m);
    const auto start = runnel::clock::now();
    EXPECT_EQ(cv.wait_for(hold, 250ms), std::cv_status::timeout);
    EXPECT_GE(runnel::clock::now() - start, 250ms);
    EXPECT_TRUE(hold.owns_lock());
    EXPECT_FALSE(cv.wait_for(hold, 250ms, [] { return false; }));
    EXPECT_TRUE(cv.wait_for(hold, 250ms, [] { return true; }));
    auto notifies = runnel::spawn([&] {
      std::lock_guard inner(m);
      flag = false;
      cv.notify_one();
    });
    EXPECT_TRUE(cv.wait_for(hold, 1h, [&] { return !flag; }));
    hold.unlock();
    notifies.join();
  });
}

// [barrier: fn1, fn2] Nobody passes before all have come, in each of several phases.
TEST(boost_fiber, barriers) {
  holds([] {
    int phase[2] = {0, 0};
    runnel::barrier meet(2);
    auto party = [&](int me) {
      for (int i = 1; i <= 3; ++i) {
        phase[me] = i;
        meet.arrive_and_wait();
        EXPECT_GE(phase[1 - me], i);
        meet.arrive_and_wait();
      }
    };
    auto other = runnel::spawn([&] { party(1); });
    party(0);
    other.join();
  });
}

} // namespace
