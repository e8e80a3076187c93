// Channels and select, after the tests of Go 1.19's src/runtime/chan_test.go (named in brackets).

#include "peers.h"

#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <vector>

using namespace peers;
using runnel::channel;

namespace {

// [TestChan] For each capacity: what blocks, what does not, in which order values come out.
TEST(go_chan, what_blocks_and_what_does_not) {
  for (std::size_t cap : {0U, 1U, 2U, 7U, 20U})
    holds(
        [cap] {
          { // An empty channel has nothing to receive, plainly or by select.
            channel<int> c(cap);
            bool first = false, second = false;
            auto one = runnel::spawn([&] {
              EXPECT_FALSE(c.recv());
              first = true;
            });
            auto two = runnel::spawn([&] {
              EXPECT_FALSE(c.recv());
              second = true;
            });
            runnel::sleep_for(1ms);
            EXPECT_FALSE(first || second);
            EXPECT_EQ(c.try_recv().status(), runnel::recv_status::empty);
            auto in = runnel::on_recv(c);
            auto none = runnel::otherwise();
            EXPECT_TRUE(runnel::select(in, none) == none);
            c.close();
          }
          { // A full one takes nothing.
            channel<int> c(cap);
            for (std::size_t i = 0; i < cap; ++i)
              c.send(static_cast<int>(i));
            bool sent = false;
            auto blocked = runnel::spawn([&] {
              c.send(0);
              sent = true;
            });
            runnel::sleep_for(1ms);
            EXPECT_FALSE(sent);
            EXPECT_EQ(c.try_send(0), runnel::send_status::would_block);
            auto out = runnel::on_send(c, 0);
            auto none = runnel::otherwise();
            EXPECT_TRUE(runnel::select(out, none) == none);
            c.recv(); // lets the blocked sender go
            blocked.join();
          }
          { // Closing wakes whoever waits; what was sent before comes first.
            channel<int> c(cap);
            for (std::size_t i = 0; i < cap; ++i)
              c.send(static_cast<int>(i));
            c.close();
            for (std::size_t i = 0; i < cap; ++i)
              EXPECT_EQ(c.recv(), static_cast<int>(i));
            EXPECT_FALSE(c.recv());
            EXPECT_EQ(c.try_recv().status(), runnel::recv_status::closed);
          }
          {
            channel<int> c(cap);
            auto waits = runnel::spawn([&] { return c.recv().has_value(); });
            runnel::sleep_for(1ms);
            c.close();
            EXPECT_FALSE(waits.join());
          }
          { // First in, first out.
            channel<int> c(cap);
            runnel::go([c] {
              for (int i = 0; i < 20; ++i)
                c.send(i);
            });
            for (int i = 0; i < 20; ++i)
              EXPECT_EQ(c.recv(), i);
          }
          { // As many receivers as senders: each value comes once.
            channel<int> c(cap);
            for (int s = 0; s < 3; ++s)
              runnel::go([c] {
                for (int i = 0; i < 8; ++i)
                  c.send(i);
              });
            channel<std::array<int, 8>> seen;
            for (int r = 0; r < 3; ++r)
              runnel::go([c, seen] {
                std::array<int, 8> mine{};
                for (int i = 0; i < 8; ++i)
                  ++mine[static_cast<std::size_t>(*c.recv())];
                seen.send(mine);
              });
            std::array<int, 8> all{};
            for (int r = 0; r < 3; ++r) {
              const auto mine = *seen.recv();
              for (std::size_t i = 0; i < 8; ++i)
                all[i] += mine[i];
            }
            for (int n : all)
              EXPECT_EQ(n, 3);
            EXPECT_EQ(c.size(), 0U);
          }
          { // Its size.
            channel<int> c(cap);
            EXPECT_EQ(c.capacity(), cap);
            for (std::size_t i = 0; i < cap / 2; ++i)
              c.send(0);
            EXPECT_EQ(c.size(), cap / 2);
          }
        },
        20);
}

// [TestNonblockRecvRace] A receive that does not wait either gets the value or finds the channel
// closed, never something in between.
TEST(go_chan, try_recv_beside_a_close) {
  holds([] {
    channel<int> c(1);
    c.send(1);
    runnel::go([c] {
      auto r = c.try_recv();
      EXPECT_TRUE(r || r.status() == runnel::recv_status::closed);
    });
    c.close();
    c.recv();
  });
}

// [TestNonblockSelectRace] One of two channels always has a value: the default is never right.
TEST(go_chan, otherwise_is_not_taken_while_something_is_ready) {
  holds(
      [] {
        channel<int> a(1), b(1), done(1);
        a.send(1);
        runnel::go([=] {
          auto in = runnel::on_recv(a), other = runnel::on_recv(b);
          auto none = runnel::otherwise();
          done.send(!(runnel::select(in, other, none) == none));
        });
        b.send(1);
        (void)a.try_recv();
        EXPECT_EQ(done.recv(), 1);
      },
      1000);
}

// [TestNonblockSelectRace2] The same where the second becomes ready by a close.
TEST(go_chan, otherwise_is_not_taken_while_something_is_closed) {
  holds(
      [] {
        channel<int> a(1), b, done(1);
        a.send(1);
        runnel::go([=] {
          auto in = runnel::on_recv(a), other = runnel::on_recv(b);
          auto none = runnel::otherwise();
          done.send(!(runnel::select(in, other, none) == none));
        });
        b.close();
        (void)a.try_recv();
        EXPECT_EQ(done.recv(), 1);
      },
      1000);
}

// [TestSelfSelect] A select that sends and receives on one channel never meets itself.
TEST(go_chan, a_select_does_not_meet_itself) {
  for (std::size_t cap : {0U, 10U})
    holds([cap] {
      channel<int> c(cap);
      runnel::wait_group wg;
      for (int p = 0; p < 2; ++p)
        wg.go([c, p, cap] {
          for (int i = 0; i < 20; ++i) {
            // The order of the cases must not matter.
            auto in = runnel::on_recv(c);
            auto out = runnel::on_send(c, p);
            auto won = p == 0 || i % 2 == 0 ? runnel::select(out, in) : runnel::select(in, out);
            if (won == in && cap == 0)
              EXPECT_NE(*in, p) << "its own value";
          }
        });
      // The last one may be alone: it is let out from here.
      channel<void> over;
      auto helper = runnel::spawn([=] {
        for (;;) {
          auto in = runnel::on_recv(c);
          auto out = runnel::on_send(c, 2);
          auto end = runnel::on_recv(over);
          if (runnel::select(end, in, out) == end)
            return;
        }
      });
      wg.wait();
      over.close();
      helper.join();
    });
}

// [TestSelectStress] Four channels; some senders and receivers plain, some by select over all, with
// and without cases on nil channels.
TEST(go_chan, selects_against_plain_operations) {
  constexpr int n = 2000;
  std::array<channel<int>, 4> c{channel<int>(0), channel<int>(0), channel<int>(2), channel<int>(3)};
  runnel::wait_group wg;
  for (auto& one : c) {
    wg.go([one] {
      for (int i = 0; i < n; ++i)
        one.send(0);
    });
    wg.go([one] {
      for (int i = 0; i < n; ++i)
        one.recv();
    });
  }
  wg.go([&] {
    std::array<int, 4> sent{};
    auto mine = c;
    for (int i = 0; i < 4 * n; ++i) {
      auto won = runnel::select(runnel::on_send(mine[3], 0), runnel::on_send(mine[2], 0),
                                runnel::on_send(mine[0], 0), runnel::on_send(mine[1], 0));
      const std::size_t which = std::array<std::size_t, 4>{3, 2, 0, 1}[won.index()];
      if (++sent[which] == n)
        mine[which] = nullptr;
    }
  });
  wg.go([&] {
    std::array<int, 4> got{};
    auto mine = c;
    for (int i = 0; i < 4 * n; ++i) {
      auto won = runnel::select(runnel::on_recv(mine[0]), runnel::on_recv(mine[1]),
                                runnel::on_recv(mine[2]), runnel::on_recv(mine[3]));
      if (++got[won.index()] == n)
        mine[won.index()] = nullptr;
    }
  });
  wg.wait();
}

// [TestSelectFairness] Two streams that are always ready share a select about equally.
TEST(go_chan, select_is_fair) {
  constexpr int trials = 10'000;
  channel<int> a(trials + 1), b(trials + 1), never, over(1);
  for (int i = 0; i < trials + 1; ++i) {
    a.send(1);
    b.send(2);
  }
  std::array<int, 3> seen{};
  for (int i = 0; i < trials; ++i)
    ++seen[runnel::select(runnel::on_recv(never), runnel::on_recv(a), runnel::on_recv(b)).index()];
  EXPECT_EQ(seen[0], 0);
  // Five standard deviations of a fair coin.
  EXPECT_NEAR(seen[1], trials / 2, 5 * 50);
}

// [TestChanSendInterface] A value reaches a receiver whichever way it is sent.
TEST(go_chan, one_type_three_ways) {
  holds([] {
    channel<std::unique_ptr<int>> c(1);
    c.send(std::make_unique<int>(1));
    EXPECT_EQ(**c.recv(), 1);
    EXPECT_EQ(c.try_send(std::make_unique<int>(2)), runnel::send_status::sent);
    auto more = runnel::on_send(c, std::make_unique<int>(3));
    auto none = runnel::otherwise();
    EXPECT_TRUE(runnel::select(more, none) == none);
    EXPECT_EQ(*more.value(), 3); // it stays
    EXPECT_EQ(**c.recv(), 2);
  });
}

// [TestPseudoRandomSend] Two sends of one select on one channel: both happen.
TEST(go_chan, either_send_of_a_select_happens) {
  for (std::size_t cap : {0U, 20U})
    holds([cap] {
      channel<int> c(cap);
      constexpr int n = 60;
      runnel::go([c] {
        for (int i = 0; i < n; ++i)
          runnel::select(runnel::on_send(c, 0), runnel::on_send(c, 1));
      });
      int ones = 0;
      for (int i = 0; i < n; ++i)
        ones += *c.recv();
      EXPECT_GT(ones, n / 10);
      EXPECT_LT(ones, n - n / 10);
    });
}

// [TestMultiConsumer] A work queue with more workers than there is room.
TEST(go_chan, many_consumers) {
  holds(
      [] {
        constexpr int workers = 5, jobs = 40;
        channel<int> queue(2), results(3);
        runnel::wait_group wg;
        for (int w = 0; w < workers; ++w)
          wg.go([=] {
            for (int v : queue) {
              if (v % 7 == w)
                runnel::yield();
              results.send(v);
            }
          });
        int expected = 0;
        for (int i = 0; i < jobs; ++i)
          expected += i * 7 % 13;
        runnel::go([=] {
          for (int i = 0; i < jobs; ++i)
            queue.send(i * 7 % 13);
          queue.close();
        });
        runnel::go([&] {
          wg.wait();
          results.close();
        });
        int n = 0, sum = 0;
        for (int v : results) {
          ++n;
          sum += v;
        }
        EXPECT_EQ(n, jobs);
        EXPECT_EQ(sum, expected);
      },
      50);
}

// [TestShrinkStackDuringBlockedSend, TestNoShrinkStackWhileParking, TestSelectStackAdjust] A value
// on the stack of a parked sender is intact when it is received, also after the pool of stacks was
// trimmed and many other goroutines have come and gone.
TEST(go_chan, a_parked_senders_value_stays_whole) {
  channel<std::array<int, 50>> c;
  auto sender = runnel::spawn([c] {
    for (int n = 0; n < 30; ++n) {
      std::array<int, 50> v;
      v.fill(n);
      c.send(v);
    }
  });
  for (int n = 0; n < 30; ++n) {
    runnel::wait_group wg;
    for (int i = 0; i < 20; ++i)
      wg.go([] { runnel::yield(); });
    wg.wait();
    runnel::release_memory();
    auto v = *c.recv();
    for (int x : v)
      ASSERT_EQ(x, n);
  }
  sender.join();
}

// [TestSelectDuplicateChannel] One channel twice in a blocked select; another select waits there
// too, and is not forgotten when the first leaves.
TEST(go_chan, a_channel_twice_in_one_select) {
  holds([] {
    channel<int> c, d, e;
    auto first = runnel::spawn([=] {
      runnel::select(runnel::on_recv(c), runnel::on_recv(c), runnel::on_recv(d));
      e.send(9);
    });
    runnel::sleep_for(1ms);
    auto second = runnel::spawn([=] { c.recv(); });
    runnel::sleep_for(1ms);
    d.send(7); // wakes the first, which leaves c twice
    EXPECT_EQ(e.recv(), 9);
    c.send(8); // wakes the second
    first.join();
    second.join();
  });
}

} // namespace
