// Select: choice, blocking, timeouts, lists, and that losing cases leave nothing behind.

#include "until.h"

#include <runnel/runnel.h>

#include <array>
#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

namespace {

TEST(select, takes_what_is_ready) {
  runnel::channel<int> a(1), b(1);
  b.send(2);
  auto from_a = on_recv(a), from_b = on_recv(b);
  auto won = runnel::select(from_a, from_b);
  EXPECT_TRUE(won == from_b);
  EXPECT_FALSE(won == from_a);
  ASSERT_TRUE(from_b);
  EXPECT_EQ(*from_b, 2);
  EXPECT_FALSE(from_a);
}

TEST(select, a_named_case_serves_again_and_again) {
  runnel::channel<int> c(1);
  auto in = on_recv(c);
  for (int i = 0; i < 3; ++i) {
    c.send(i);
    runnel::select(in);
    EXPECT_EQ(*in, i);
  }
  c.close();
  runnel::select(in);
  EXPECT_FALSE(in);
}

TEST(select, a_value_not_sent_stays) {
  runnel::channel<std::unique_ptr<int>> c;
  auto out = on_send(c, std::make_unique<int>(5));
  EXPECT_EQ(runnel::select(out, otherwise()).index(), 1U);
  EXPECT_EQ(runnel::select(out, on_timeout(1ms)).index(), 1U);
  ASSERT_TRUE(out.value());
  runnel::go([=] { EXPECT_EQ(**c.recv(), 5); });
  EXPECT_TRUE(runnel::select(out) == out);
}

TEST(select, chooses_uniformly) {
  // Chi-square with n - 1 degrees of freedom; the limits are those of p = 10^-6.
  constexpr std::array<double, 9> limit = {0, 0, 23.9, 27.6, 0, 0, 0, 0, 40.5};
  for (std::size_t n : {2, 3, 8}) {
    std::vector<runnel::channel<int>> channels;
    std::vector<runnel::any_case> cases;
    for (std::size_t i = 0; i < n + 2; ++i) {
      channels.emplace_back(1);
      // Ready ones that are not evenly spaced: two that are empty in between.
      if (i != 1 && i != 2)
        channels.back().send(1);
      cases.emplace_back(on_recv(channels.back()));
    }
    std::vector<double> count(n + 2);
    constexpr int rounds = 1'000'000;
    for (int i = 0; i < rounds; ++i) {
      std::size_t won = runnel::select(std::span(cases)).index();
      ++count[won];
      channels[won].send(1);
    }
    double expected = static_cast<double>(rounds) / static_cast<double>(n), chi = 0;
    for (std::size_t i = 0; i < n + 2; ++i)
      if (i != 1 && i != 2)
        chi += std::pow(count[i] - expected, 2) / expected;
    EXPECT_LT(chi, limit[n]) << n;
    EXPECT_EQ(count[1] + count[2], 0);
  }
}

// The cases wait, so it is the peer that takes one of them.
TEST(select, chooses_uniformly_among_waiting_cases_of_one_channel) {
  runnel::run(
      [] {
        constexpr int rounds = 30'000;
        runnel::channel<int> c, never;
        auto sender = runnel::spawn([=] {
          for (int i = 0; i < rounds; ++i)
            runnel::select(runnel::on_send(c, 0), runnel::on_send(c, 1), runnel::on_recv(never),
                           runnel::on_send(c, 2));
        });
        std::array<double, 3> seen{};
        for (int i = 0; i < rounds; ++i)
          ++seen[static_cast<std::size_t>(*c.recv())];
        sender.join();
        double chi = 0;
        for (double n : seen)
          chi += (n - rounds / 3.0) * (n - rounds / 3.0) / (rounds / 3.0);
        EXPECT_LT(chi, 20); // two degrees of freedom: one in 22,000
      },
      {.workers = 1});
  runnel::run([] {}, {.workers = 2});
}

TEST(select, wakes_for_any_of_its_channels) {
  for (int which = 0; which < 3; ++which) {
    runnel::channel<int> a, b;
    runnel::channel<int> c;
    auto h = runnel::spawn(
        [=] { return runnel::select(on_recv(a), on_send(b, 7), on_recv(c)).index(); });
    until::selecting();
    if (which == 0)
      a.send(1);
    else if (which == 1)
      b.recv();
    else
      c.close();
    EXPECT_EQ(h.join(), static_cast<std::size_t>(which));
    // The losers are out of the queues: nobody answers.
    int v = 1;
    if (which != 0) {
      EXPECT_EQ(a.try_send(v), runnel::send_status::would_block);
    }
    if (which != 1) {
      EXPECT_EQ(b.try_recv().status(), runnel::recv_status::empty);
    }
  }
}

TEST(select, the_same_channel_twice) {
  runnel::run([] {
    runnel::channel<int> c;
    // Never with itself.
    EXPECT_EQ(runnel::select(on_recv(c), on_send(c, 1), on_timeout(1ms)).index(), 2U);
    auto h = runnel::spawn(
        [=] { return runnel::select(on_recv(c), on_recv(c), on_send(c, 2)).index(); });
    until::selecting();
    auto got = c.try_recv();
    EXPECT_EQ(*got, 2);
    EXPECT_EQ(h.join(), 2U);
  });
}

TEST(select, two_selects_meet) {
  runnel::run([] {
    for (int i = 0; i < 2000; ++i) {
      runnel::channel<int> a, b;
      auto h = runnel::spawn([=] { return runnel::select(on_send(a, 1), on_recv(b)).index(); });
      auto mine = runnel::select(on_recv(a), on_send(b, 2)).index();
      EXPECT_EQ(h.join(), mine);
    }
  });
}

TEST(select, a_timeout_and_a_sender_race) {
  std::atomic<int> sent = 0, received = 0;
  runnel::channel<int> c;
  runnel::wait_group wg;
  for (int i = 0; i < 500; ++i)
    wg.go([&] {
      auto out = on_send(c, 1);
      if (runnel::select(out, on_timeout(100us)) == out)
        ++sent;
    });
  for (int i = 0; i < 500; ++i)
    wg.go([&] {
      if (runnel::select(on_recv(c), on_timeout(100us)).index() == 0)
        ++received;
    });
  wg.wait();
  EXPECT_EQ(sent, received);
}

TEST(select, a_closed_channel_in_a_send_throws) {
  runnel::channel<int> c;
  c.close();
  EXPECT_THROW(runnel::select(on_send(c, 1)), runnel::send_on_closed);
  runnel::channel<int> d;
  auto h = runnel::spawn([=] { runnel::select(on_send(d, 1), on_timeout(1h)); });
  until::selecting();
  d.close();
  EXPECT_THROW(h.join(), runnel::send_on_closed);
}

TEST(select, nil_and_nothing) {
  runnel::channel<int> nil = nullptr;
  EXPECT_EQ(runnel::select(on_recv(nil), on_send(nil, 1), otherwise()).index(), 2U);
  EXPECT_EQ(runnel::select(on_recv(nil), on_timeout(1ms)).index(), 1U);
}

TEST(select, handlers_get_what_came) {
  runnel::channel<int> c(1);
  runnel::channel<void> stop;
  int got = 0, open = -1;
  c.send(3);
  runnel::select(on_recv(c, [&](auto v) { got = *v; }));
  EXPECT_EQ(got, 3);
  stop.close();
  runnel::select(on_recv(stop, [&](bool o) { open = o; }));
  EXPECT_EQ(open, 0);
  runnel::select(on_send(c, 4, [&] { got = 4; }));
  EXPECT_EQ(got, 4);
}

TEST(select, many_cases) {
  std::vector<runnel::channel<int>> channels;
  std::vector<runnel::any_case> cases;
  for (int i = 0; i < 200; ++i) {
    channels.emplace_back();
    cases.emplace_back(on_recv(channels.back()));
  }
  for (std::size_t i = 0; i < 200; i += 7) {
    runnel::go([c = channels[i]] { c.send(1); });
    EXPECT_EQ(runnel::select(std::span(cases)).index(), i);
    EXPECT_EQ(*cases[i].target<runnel::recv_case<int>>()->take(), 1);
  }
  cases.emplace_back(otherwise());
  EXPECT_EQ(runnel::select(std::span(cases)).index(), 200U);
  cases.emplace_back(otherwise());
  EXPECT_THROW(runnel::select(std::span(cases)), std::invalid_argument);
}

TEST(select, a_case_keeps_its_channel_alive) {
  auto in = [] {
    runnel::channel<int> c(1);
    c.send(9);
    return on_recv(c);
  }();
  EXPECT_TRUE(runnel::select(in) == in);
  EXPECT_EQ(*in, 9);
}

} // namespace
