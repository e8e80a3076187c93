// Channels and select, after crossbeam-channel's tests (array.rs, zero.rs, mpsc.rs, select.rs,
// same_channel.rs, after.rs, tick.rs, never.rs, iter.rs; named in brackets). Its disconnection is
// our ends that go away.

#include "peers.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace peers;
using runnel::channel;
using runnel::on_recv;
using runnel::on_send;
using runnel::recv_status;
using runnel::send_status;

namespace {

// [array: smoke, capacity, len_empty_full]
TEST(crossbeam, size_and_capacity) {
  for (std::size_t cap : {1U, 2U, 10U, 100U}) {
    channel<int> c(cap);
    EXPECT_EQ(c.capacity(), cap);
    EXPECT_EQ(c.size(), 0U);
    c.send(7);
    EXPECT_EQ(c.size(), 1U);
    EXPECT_EQ(c.recv(), 7);
    EXPECT_EQ(c.size(), 0U);
    EXPECT_EQ(c.try_recv().status(), recv_status::empty);
  }
  channel<int> zero;
  EXPECT_EQ(zero.capacity(), 0U);
  EXPECT_EQ(zero.size(), 0U);
}

// [array, zero: try_recv, recv, recv_timeout]
TEST(crossbeam, receiving) {
  for (std::size_t cap : {0U, 100U})
    holds([cap] {
      auto [tx, rx] = runnel::make_channel<int>(cap);
      auto receiver = runnel::spawn([rx = rx] {
        EXPECT_EQ(rx.try_recv().status(), recv_status::empty);
        EXPECT_EQ(rx.recv_for(1s).status(), recv_status::timed_out);
        EXPECT_EQ(*rx.recv_for(1h), 7);
        EXPECT_EQ(rx.recv(), 8);
        EXPECT_FALSE(rx.recv()); // the last sender is gone
        EXPECT_EQ(rx.recv_for(1h).status(), recv_status::closed);
        EXPECT_EQ(rx.try_recv().status(), recv_status::closed);
      });
      runnel::sleep_for(1500ms);
      tx.send(7);
      tx.send(8);
      tx = nullptr;
      receiver.join();
    });
}

// [array, zero: try_send, send, send_timeout, send_after_disconnect]
TEST(crossbeam, sending) {
  holds([] {
    auto [tx, rx] = runnel::make_channel<int>(1);
    EXPECT_EQ(tx.try_send(1), send_status::sent);
    EXPECT_EQ(tx.try_send(2), send_status::would_block);
    EXPECT_EQ(tx.send_for(3, 1s), send_status::timed_out);
    auto later = runnel::spawn([rx = rx] {
      runnel::sleep_for(2s);
      return *rx.recv();
    });
    EXPECT_EQ(tx.send_for(4, 1h), send_status::sent);
    EXPECT_EQ(later.join(), 1);
    EXPECT_EQ(rx.recv(), 4);
    rx = nullptr;
    EXPECT_EQ(tx.try_send(5), send_status::closed);
    EXPECT_EQ(tx.send_for(6, 1h), send_status::closed);
    EXPECT_THROW(tx.send(7), runnel::send_on_closed);
  });
}

// [array: recv_after_disconnect]
TEST(crossbeam, what_was_sent_outlives_the_senders) {
  auto [tx, rx] = runnel::make_channel<int>(100);
  for (int i = 1; i <= 3; ++i)
    tx.send(i);
  tx = nullptr;
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(rx.recv(), i);
  EXPECT_FALSE(rx.recv());
}

// [array, zero: disconnect_wakes_sender, disconnect_wakes_receiver]
TEST(crossbeam, ends_that_go_wake_the_other_side) {
  for (std::size_t cap : {0U, 1U})
    holds([cap] {
      {
        auto [tx, rx] = runnel::make_channel<int>(cap);
        auto sender = runnel::spawn([tx = tx, cap] {
          for (std::size_t i = 0; i < cap; ++i)
            tx.send(0);
          EXPECT_THROW(tx.send(1), runnel::send_on_closed);
        });
        runnel::sleep_for(1s);
        rx = nullptr;
        sender.join();
      }
      {
        auto [tx, rx] = runnel::make_channel<int>(cap);
        auto receiver = runnel::spawn([rx = rx] { return rx.recv().has_value(); });
        runnel::sleep_for(1s);
        tx = nullptr;
        EXPECT_FALSE(receiver.join());
      }
    });
}

// [array: spsc, mpmc, stress_oneshot] On real threads of every kind.
TEST(crossbeam, values_between_threads_and_goroutines) {
  for (std::size_t cap : {0U, 3U}) {
    constexpr int n = 2000, parties = 4;
    channel<int> c(cap);
    std::vector<std::atomic<int>> seen(n);
    std::vector<std::thread> threads;
    runnel::wait_group wg;
    auto receive = [&] {
      for (int i = 0; i < n; ++i)
        ++seen[static_cast<std::size_t>(*c.recv())];
    };
    auto send = [&] {
      for (int i = 0; i < n; ++i)
        c.send(i);
    };
    for (int p = 0; p < parties; ++p) {
      if (p % 2) {
        threads.emplace_back(receive);
        wg.go(send);
      } else {
        threads.emplace_back(send);
        wg.go(receive);
      }
    }
    for (auto& t : threads)
      t.join();
    wg.wait();
    for (auto& s : seen)
      ASSERT_EQ(s, parties);
  }
  for (int i = 0; i < 500; ++i) {
    channel<int> once(1);
    auto receiver = runnel::spawn([once] { return *once.recv(); });
    once.send(0);
    EXPECT_EQ(receiver.join(), 0);
  }
}

// [array, zero: drops] What nobody receives is destroyed, each value once.
struct counted {
  static inline std::atomic<int> alive = 0;
  counted() { ++alive; }
  counted(counted&&) noexcept { ++alive; }
  counted(const counted&) = delete;
  ~counted() { --alive; }
};
TEST(crossbeam, unreceived_values_are_destroyed) {
  for (int n : {0, 1, 7, 50}) {
    {
      channel<counted> c(60);
      for (int i = 0; i < n; ++i)
        c.send(counted());
      for (int i = 0; i < n / 2; ++i)
        c.recv();
      EXPECT_EQ(counted::alive, n - n / 2);
    }
    EXPECT_EQ(counted::alive, 0);
  }
}

// [array: linearizable] A value that was put in is there for who takes one out.
TEST(crossbeam, as_many_in_as_out) {
  holds([] {
    channel<int> c(3);
    runnel::wait_group wg;
    for (int p = 0; p < 3; ++p)
      wg.go([c] {
        for (int i = 0; i < 3; ++i) {
          c.send(0);
          EXPECT_TRUE(c.try_recv());
        }
      });
    wg.wait();
  });
}

// [array: fairness_duplicates] Five cases on one channel all get their share.
TEST(crossbeam, duplicate_cases_are_fair) {
  constexpr int n = 10'000;
  channel<int> c(n);
  for (int i = 0; i < n; ++i)
    c.send(i);
  std::array<int, 5> hits{};
  for (int i = 0; i < n; ++i)
    ++hits[runnel::select(on_recv(c), on_recv(c), on_recv(c), on_recv(c), on_recv(c)).index()];
  for (int h : hits)
    EXPECT_NEAR(h, n / 5, 5 * 40); // five standard deviations
}

// [array: recv_in_send] Computing what is sent may use the channel.
TEST(crossbeam, receiving_inside_of_a_send) {
  channel<int> c(1);
  c.send(1);
  c.send(*c.recv() + 1);
  EXPECT_EQ(c.recv(), 2);
}

// [array: channel_through_channel] A hundred channels, each in the one before.
TEST(crossbeam, channels_through_channels) {
  struct link {
    std::shared_ptr<channel<link>> next;
  };
  for (std::size_t cap : {0U, 1U, 3U}) {
    auto first = std::make_shared<channel<link>>(cap);
    auto sender = runnel::spawn([at = first, cap] {
      auto here = at;
      for (int i = 0; i < 100; ++i) {
        auto next = std::make_shared<channel<link>>(cap);
        here->send(link{next});
        here = next;
      }
    });
    auto here = first;
    for (int i = 0; i < 100; ++i)
      here = here->recv()->next;
    sender.join();
  }
}

// [zero: waiter-to-waiter; mpsc: oneshot_multi_thread_*] Either side first, either side gone.
TEST(crossbeam, one_value_with_either_side_first) {
  holds([] {
    auto [tx, rx] = runnel::make_channel<std::unique_ptr<int>>();
    auto r = runnel::spawn([rx = std::move(rx)] { return **rx.recv(); });
    tx.send(std::make_unique<int>(10));
    EXPECT_EQ(r.join(), 10);
  });
  holds([] {
    auto [tx, rx] = runnel::make_channel<int>();
    auto r = runnel::spawn([rx = std::move(rx)]() mutable { rx = nullptr; });
    try {
      tx.send(1);
      ADD_FAILURE() << "nobody can have it";
    } catch (const runnel::send_on_closed&) {}
    r.join();
  });
}

// [select: smoke, disconnected, default, timeout, unblocks]
TEST(crossbeam, select_basics) {
  holds([] {
    auto [tx1, rx1] = runnel::make_channel<int>(1);
    auto [tx2, rx2] = runnel::make_channel<int>(1);
    auto none = runnel::otherwise();
    EXPECT_TRUE(runnel::select(on_recv(rx1), on_recv(rx2), none) == none);
    auto late = runnel::on_timeout(1s);
    EXPECT_TRUE(runnel::select(on_recv(rx1), on_recv(rx2), late) == late);
    tx1.send(1);
    auto a = on_recv(rx1), b = on_recv(rx2);
    EXPECT_TRUE(runnel::select(a, b) == a && *a == 1);
    tx2.send(2);
    EXPECT_TRUE(runnel::select(a, b) == b && *b == 2);
    auto sender = runnel::spawn([tx2 = tx2] {
      runnel::sleep_for(1s);
      tx2.send(3);
    });
    EXPECT_TRUE(runnel::select(a, b, runnel::on_timeout(1h)) == b && *b == 3);
    sender.join();
    tx1 = nullptr; // gone: ready at once, with nothing
    EXPECT_TRUE(runnel::select(a, b, none) == a && !a);
    auto gone = runnel::spawn([tx2 = std::move(tx2)]() mutable {
      runnel::sleep_for(1s);
      tx2 = nullptr;
    });
    auto alone = on_recv(rx2);
    EXPECT_TRUE(runnel::select(alone, runnel::on_timeout(1h)) == alone && !alone);
    gone.join();
  });
}

// [select: both_ready, loop_try] Two sides by select, again and again.
TEST(crossbeam, selects_with_timeouts_lose_nothing) {
  holds([] {
    channel<int> c1, c2, end;
    runnel::wait_group wg;
    int sent = 0, got = 0;
    wg.go([&] {
      auto out = on_send(c1, 1);
      auto late = runnel::on_timeout(1ms);
      sent += runnel::select(out, late) == out;
    });
    wg.go([&] {
      auto in = on_recv(c2);
      auto late = runnel::on_timeout(1ms);
      got += runnel::select(in, late) == in;
    });
    wg.go([&] {
      runnel::sleep_for(1ms);
      auto in = on_recv(c1);
      auto out = on_send(c2, 2);
      auto late = runnel::on_timeout(1ms);
      auto won = runnel::select(in, out, late);
      got += won == in;
      sent += won == out;
    });
    wg.wait();
    EXPECT_EQ(sent, got);
  });
}

// [select: preflight] What became ready before the select began is found by it.
TEST(crossbeam, ready_before_it_begins) {
  holds([] {
    channel<int> c(1), never;
    auto sender = runnel::spawn([=] { c.send(1); });
    sender.join();
    auto in = on_recv(c);
    auto none = runnel::otherwise();
    EXPECT_TRUE(runnel::select(in, on_recv(never), none) == in);
  });
}

// [select: nesting] A handler may select.
TEST(crossbeam, selects_inside_of_handlers) {
  channel<int> c(1);
  int depth = 0;
  c.send(0);
  runnel::select(on_recv(c, [&](std::optional<int> v) {
    EXPECT_EQ(v, depth++);
    runnel::select(on_send(c, 1, [&] {
      runnel::select(on_recv(c, [&](std::optional<int> w) {
        EXPECT_EQ(w, depth++);
        runnel::select(runnel::otherwise([&] { ++depth; }));
      }));
    }));
  }));
  EXPECT_EQ(depth, 3);
}

// [select: matching, matching_with_leftover] Parties that send and receive on one channel pair up.
TEST(crossbeam, parties_pair_up) {
  for (int parties : {4, 5})
    holds(
        [parties] {
          channel<int> c;
          runnel::wait_group wg;
          for (int i = 0; i < parties; ++i)
            wg.go([=] {
              auto in = on_recv(c);
              auto out = on_send(c, i);
              if (runnel::select(in, out) == in)
                EXPECT_NE(*in, i);
            });
          if (parties % 2)
            c.send(-1); // for the one that is left over
          wg.wait();
          EXPECT_EQ(c.try_recv().status(), recv_status::empty);
        },
        400);
}

// [same_channel: ...] Timers' channels too may stand in several cases and selects.
TEST(crossbeam, one_timer_in_many_cases) {
  holds([] {
    auto t = runnel::after(50ms);
    const auto start = runnel::clock::now();
    runnel::select(on_recv(t), on_recv(t));
    EXPECT_GE(runnel::clock::now() - start, 50ms);
    auto late = runnel::on_timeout(1s);
    EXPECT_TRUE(runnel::select(on_recv(t), on_recv(t), late) == late) << "it fires once";
  });
}

// [after: recv_race, recv_two] Two wait for two timers; each value goes to one.
TEST(crossbeam, two_wait_for_two_timers) {
  holds([] {
    auto a = runnel::after(50ms), b = runnel::after(50ms);
    runnel::wait_group wg;
    for (int i = 0; i < 2; ++i)
      wg.go([=] { runnel::select(on_recv(a), on_recv(b)); });
    wg.wait();
    EXPECT_FALSE(a.try_recv() || b.try_recv());
  });
}

// [after: fairness] Many timers due at once are chosen among evenly enough.
TEST(crossbeam, due_timers_share) {
  int first = 0;
  for (int i = 0; i < 400; ++i) {
    auto r = runnel::test::simulate(
        [&] {
          auto a = runnel::after(1ms), b = runnel::after(1ms);
          runnel::sleep_for(2ms);
          if (auto won = runnel::select(on_recv(a), on_recv(b)); won.index() == 0)
            ++first;
        },
        static_cast<std::uint64_t>(i + 1));
    EXPECT_EQ(r.result, runnel::test::outcome::ok);
  }
  EXPECT_NEAR(first, 200, 5 * 10);
}

// [tick: fire, intervals, capacity] One tick is kept, not more; the next comes in time.
TEST(crossbeam, ticks) {
  holds([] {
    runnel::ticker t(50ms);
    EXPECT_EQ(t.c().capacity(), 1U);
    EXPECT_FALSE(t.c().try_recv());
    const auto start = runnel::clock::now();
    t.c().recv();
    EXPECT_GE(runnel::clock::now() - start, 50ms);
    runnel::sleep_for(1s);
    EXPECT_LE(t.c().size(), 1U);
  });
}

// [never] Nil is never ready, and costs a select nothing.
TEST(crossbeam, never) {
  holds([] {
    runnel::receiver<int> never(nullptr);
    EXPECT_EQ(never.size(), 0U);
    EXPECT_EQ(never.capacity(), 0U);
    EXPECT_EQ(never.try_recv().status(), recv_status::empty);
    EXPECT_EQ(never.recv_for(1s).status(), recv_status::timed_out);
    auto none = runnel::otherwise();
    EXPECT_TRUE(runnel::select(on_recv(never), none) == none);
  });
}

// [iter: nested_recv_iter, recv_iter_break]
TEST(crossbeam, iterating) {
  holds([] {
    auto [tx, rx] = runnel::make_channel<int>();
    channel<int> total(1);
    auto adder = runnel::spawn([=, rx = rx] {
      int sum = 0;
      for (int v : rx)
        sum += v;
      total.send(sum);
    });
    for (int v : {3, 1, 2})
      tx.send(v);
    tx = nullptr;
    adder.join();
    EXPECT_EQ(total.recv(), 6);
    auto [more, some] = runnel::make_channel<int>(4);
    for (int v : {1, 2, 3})
      more.send(v);
    for (int v : some)
      if (v == 2)
        break;
    EXPECT_EQ(some.recv(), 3); // leaving a loop takes no more than it saw
  });
}

} // namespace
