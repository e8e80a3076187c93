// Channels: rendezvous, buffers, closing, ends, timeouts, values that are awkward to move.

#include "until.h"

#include <runnel/runnel.h>

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

// Every test of a protocol runs with a goroutine and with a plain thread on the near side.
template <class F> void on_both_kinds(F body) {
  body();
  runnel::run(body);
}

TEST(channel, a_send_meets_its_receive) {
  on_both_kinds([] {
    runnel::channel<int> c;
    std::atomic<bool> sent = false;
    auto h = runnel::spawn([&] {
      c.send(1);
      sent = true;
    });
    until::waiting(c);
    EXPECT_FALSE(sent);
    EXPECT_EQ(c.recv(), 1);
    h.join();
    EXPECT_TRUE(sent);
  });
}

TEST(channel, a_buffer_keeps_the_order) {
  on_both_kinds([] {
    runnel::channel<int> c(3);
    for (int round = 0; round < 5; ++round) {
      for (int i = 0; i < 3; ++i)
        c.send(i);
      int v = 9;
      EXPECT_EQ(c.try_send(v), runnel::send_status::would_block);
      for (int i = 0; i < 3; ++i)
        EXPECT_EQ(c.recv(), i);
      EXPECT_EQ(c.try_recv().status(), runnel::recv_status::empty);
    }
  });
}

TEST(channel, waiting_senders_are_served_first_in_first_out) {
  runnel::run(
      [] {
        for (std::size_t capacity : {0, 2}) {
          runnel::channel<int> c(capacity);
          for (int i = 0; i < 10; ++i) {
            runnel::go([=] { c.send(i); });
            // Until it waits or has sent; the queue then has it in its place.
            if (static_cast<std::size_t>(i) < capacity)
              while (c.size() != static_cast<std::size_t>(i) + 1)
                runnel::yield();
            else
              until::waiting(c, static_cast<std::size_t>(i) + 1 - capacity);
          }
          for (int i = 0; i < 10; ++i)
            EXPECT_EQ(c.recv(), i);
        }
      },
      {.workers = 1});
}

TEST(channel, waiting_receivers_are_served_first_in_first_out) {
  runnel::run(
      [] {
        runnel::channel<int> c;
        runnel::channel<std::pair<int, int>> got(10);
        for (int i = 0; i < 10; ++i) {
          runnel::go([=] { got.send({i, *c.recv()}); });
          until::waiting(c, static_cast<std::size_t>(i) + 1);
        }
        for (int i = 0; i < 10; ++i)
          c.send(i);
        for (int i = 0; i < 10; ++i) {
          auto [who, what] = *got.recv();
          EXPECT_EQ(who, what);
        }
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(channel, close_wakes_everybody) {
  on_both_kinds([] {
    runnel::channel<int> c;
    runnel::wait_group wg;
    std::atomic<int> empty = 0, failed = 0;
    for (int i = 0; i < 8; ++i)
      wg.go([&] { empty += !c.recv(); });
    until::waiting(c, 8);
    c.close();
    wg.wait();
    EXPECT_EQ(empty, 8);
    runnel::channel<int> d;
    for (int i = 0; i < 8; ++i)
      wg.go([&] {
        try {
          d.send(1);
        } catch (const runnel::send_on_closed&) { ++failed; }
      });
    until::waiting(d, 8);
    d.close();
    wg.wait();
    EXPECT_EQ(failed, 8);
  });
}

TEST(channel, what_is_buffered_survives_the_close) {
  runnel::channel<int> c(2);
  c.send(1);
  c.send(2);
  c.close();
  EXPECT_EQ(c.recv(), 1);
  EXPECT_EQ(c.try_recv().status(), runnel::recv_status::received);
  EXPECT_EQ(c.recv(), std::nullopt);
  EXPECT_EQ(c.try_recv().status(), runnel::recv_status::closed);
  EXPECT_EQ(c.recv_for(1h).status(), runnel::recv_status::closed);
  int v = 1;
  EXPECT_EQ(c.try_send(v), runnel::send_status::closed);
  EXPECT_EQ(c.send_for(v, 1h), runnel::send_status::closed);
  EXPECT_THROW(c.close(), runnel::close_of_closed);
}

TEST(channel, nil_never_answers) {
  runnel::channel<int> nil = nullptr;
  EXPECT_FALSE(nil);
  EXPECT_EQ(nil.size() + nil.capacity(), 0U);
  int v = 1;
  EXPECT_EQ(nil.try_send(v), runnel::send_status::would_block);
  EXPECT_EQ(nil.try_recv().status(), runnel::recv_status::empty);
  EXPECT_EQ(nil.recv_for(1ms).status(), runnel::recv_status::timed_out);
  EXPECT_EQ(nil.send_for(v, 1ms), runnel::send_status::timed_out);
  EXPECT_THROW(nil.close(), runnel::close_of_nil);
}

TEST(channel, the_last_sender_closes) {
  on_both_kinds([] {
    auto [tx, rx] = runnel::make_channel<int>(4);
    auto second = tx;
    tx.send(1);
    tx = nullptr;
    EXPECT_EQ(rx.recv(), 1);
    EXPECT_EQ(rx.try_recv().status(), runnel::recv_status::empty);
    const void* core = rx.handle().core();
    runnel::go([end = std::move(second), core] { until::waiting(core); });
    EXPECT_EQ(rx.recv(), std::nullopt);
  });
}

TEST(channel, the_last_receiver_fails_the_senders) {
  on_both_kinds([] {
    auto [tx, rx] = runnel::make_channel<int>();
    auto h = runnel::spawn([tx = tx] { tx.send(1); });
    until::waiting(rx.handle().core());
    rx = nullptr;
    EXPECT_THROW(h.join(), runnel::send_on_closed);
    EXPECT_THROW(tx.send(2), runnel::send_on_closed);
  });
}

TEST(channel, a_handle_counts_as_both_ends) {
  runnel::receiver<int> rx = nullptr;
  {
    runnel::channel<int> c(1);
    rx = c;
    c.send(5);
  }
  EXPECT_EQ(rx.recv(), 5);
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(channel, what_nobody_can_receive_is_destroyed) {
  auto value = std::make_shared<int>(1);
  auto [tx, rx] = runnel::make_channel<std::shared_ptr<int>>(2);
  tx.send(value);
  tx.send(value);
  EXPECT_EQ(value.use_count(), 3);
  rx = nullptr;
  EXPECT_EQ(value.use_count(), 1);
  {
    runnel::channel<std::shared_ptr<int>> c(2);
    c.send(value);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(channel, a_timeout_takes_nothing) {
  on_both_kinds([] {
    runnel::channel<std::unique_ptr<int>> c;
    auto v = std::make_unique<int>(3);
    EXPECT_EQ(c.send_for(v, 1ms), runnel::send_status::timed_out);
    ASSERT_TRUE(v);
    EXPECT_EQ(c.recv_for(1ms).status(), runnel::recv_status::timed_out);
    runnel::go([=] {
      until::waiting(c);
      c.send(std::make_unique<int>(4));
    });
    auto r = c.recv_for(1h);
    ASSERT_TRUE(r);
    EXPECT_EQ(**r, 4);
    runnel::go([=] {
      until::waiting(c);
      c.recv();
    });
    EXPECT_EQ(c.send_for(v, 1h), runnel::send_status::sent);
    EXPECT_FALSE(v);
  });
}

// Moves throw while `fuse` is zero.
struct brittle {
  static inline thread_local int fuse = -1;
  int v;
  explicit brittle(int value) : v(value) {}
  brittle(brittle&& o) : v(o.v) {
    if (fuse == 0)
      throw std::runtime_error("moved too often");
    fuse -= fuse > 0;
  }
};

TEST(channel, a_throwing_move_loses_nothing) {
  runnel::channel<brittle> c(1);
  c.send(brittle(1));
  brittle::fuse = 0;
  EXPECT_THROW(c.recv(), std::runtime_error);
  brittle two(2);
  brittle::fuse = -1;
  EXPECT_EQ(c.size(), 1U);
  EXPECT_EQ(c.recv()->v, 1);
  brittle::fuse = 0;
  EXPECT_THROW((void)c.try_send(two), std::runtime_error);
  brittle::fuse = -1;
  EXPECT_EQ(c.size(), 0U);
}

TEST(channel, a_throwing_move_between_waiters_loses_nothing) {
  runnel::run(
      [] {
        runnel::channel<brittle> c;
        runnel::channel<int> got(4);
        runnel::go([=] { got.send(c.recv()->v); });
        until::waiting(c);
        brittle one(1);
        brittle::fuse = 0;
        EXPECT_THROW((void)c.try_send(one), std::runtime_error);
        brittle::fuse = -1;
        EXPECT_EQ(got.try_recv().status(), runnel::recv_status::empty); // still waits
        EXPECT_EQ(c.try_send(one), runnel::send_status::sent);
        EXPECT_EQ(got.recv(), 1);

        runnel::go([=] { c.send(brittle(2)); });
        until::waiting(c);
        brittle::fuse = 0;
        EXPECT_THROW(c.recv(), std::runtime_error);
        brittle::fuse = -1;
        EXPECT_EQ(c.recv()->v, 2);
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(channel, over_aligned_and_large_values_pass) {
  struct alignas(128) wide {
    int v[64];
  };
  runnel::channel<wide> c(3);
  for (int i = 0; i < 3; ++i)
    c.send(wide{{i}});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(c.recv()->v[0], i);
}

TEST(channel, nothing_is_lost_between_threads_and_goroutines) {
  constexpr int each = 3000, parties = 4;
  for (std::size_t capacity : {0, 1, 7}) {
    runnel::channel<int> c(capacity);
    std::atomic<long> sum = 0;
    runnel::wait_group senders, receivers;
    std::vector<std::thread> threads;
    auto send = [&] {
      for (int i = 1; i <= each; ++i)
        c.send(i);
      senders.done();
    };
    auto receive = [&] {
      long mine = 0;
      for (int v : c)
        mine += v;
      sum += mine;
      receivers.done();
    };
    for (int i = 0; i < parties; ++i) {
      senders.add(2);
      receivers.add(2);
      threads.emplace_back(send);
      threads.emplace_back(receive);
      runnel::go(send);
      runnel::go(receive);
    }
    senders.wait();
    c.close();
    receivers.wait();
    for (auto& t : threads)
      t.join();
    EXPECT_EQ(sum, 2L * parties * each * (each + 1) / 2);
  }
}

TEST(channel, void_signals_count) {
  runnel::channel<void> c(2);
  c.send();
  EXPECT_EQ(c.try_send(), runnel::send_status::sent);
  EXPECT_EQ(c.try_send(), runnel::send_status::would_block);
  c.close();
  int n = 0;
  for ([[maybe_unused]] auto signal : c)
    ++n;
  EXPECT_EQ(n, 2);
  EXPECT_FALSE(c.recv());
}

} // namespace
