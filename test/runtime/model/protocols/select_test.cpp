// src/chan/select.cpp: exactly one case of each select proceeds; its losers leave no trace.
#include "protocols/scheduler.h"

#include "runnel/channel.h"
#include "runnel/select.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

// A blocked select over two channels, a sender on each; what it does not take stays unsent.
void two_senders_try() {
  const actors who;
  channel<int> a, b;
  send_status sent_a{}, sent_b{};
  int got = 0;
  in_parallel(
      [&] {
        auto from_a = on_recv(a), from_b = on_recv(b);
        auto late = on_timeout(clock::time_point{});
        const auto won = select(from_a, from_b, late);
        if (won == from_a)
          got = *from_a;
        else if (won == from_b)
          got = *from_b;
      },
      [&] {
        int v = 1;
        sent_a = a.try_send(v);
      },
      [&] {
        int v = 2;
        sent_b = b.try_send(v);
      });
  RUNNEL_MODEL_REQUIRE((sent_a == send_status::sent) == (got == 1));
  RUNNEL_MODEL_REQUIRE((sent_b == send_status::sent) == (got == 2));
  cover(got == 1 ? "a" : got == 2 ? "b" : "timeout");
}

void recv_from_either() {
  const actors who;
  channel<int> a, b;
  int got = 0;
  in_parallel(
      [&] {
        auto from_a = on_recv(a), from_b = on_recv(b);
        const auto won = select(from_a, from_b);
        got = won == from_a ? *from_a : *from_b;
      },
      [&] { a.send(1); });
  RUNNEL_MODEL_REQUIRE(got == 1);
}

// Two selects that can only meet each other, over two channels in opposite directions.
void select_against_select() {
  const actors who;
  channel<int> a, b;
  int left = 0, right = 0;
  in_parallel(
      [&] {
        auto put = on_send(a, 1);
        auto take = on_recv(b);
        const auto won = select(put, take);
        left = won == put ? 1 : 10 + *take;
      },
      [&] {
        auto put = on_send(b, 2);
        auto take = on_recv(a);
        const auto won = select(put, take);
        right = won == put ? 2 : 10 + *take;
      });
  RUNNEL_MODEL_REQUIRE((left == 1 && right == 11) || (left == 12 && right == 2));
  observe(left, right);
}

// One channel in both of its own cases: it must not meet itself.
void both_directions_of_one_channel() {
  const actors who;
  channel<int> c;
  int sent = 0, got = 0;
  const auto run = [&](int me, int& mine) {
    auto put = on_send(c, me);
    auto take = on_recv(c);
    mine = select(put, take) == put ? 0 : *take;
  };
  in_parallel([&] { run(1, sent); }, [&] { run(2, got); });
  RUNNEL_MODEL_REQUIRE((sent == 0 && got == 1) || (sent == 2 && got == 0));
}

void timeout_against_sender() {
  const actors who;
  channel<int> c;
  int got = 0;
  send_status sent{};
  in_parallel(
      [&] {
        auto take = on_recv(c);
        auto late = on_timeout(clock::time_point{});
        if (select(take, late) == take)
          got = *take;
      },
      [&] {
        int v = 7;
        sent = c.try_send(v);
      });
  RUNNEL_MODEL_REQUIRE((sent == send_status::sent) == (got == 7));
  cover(got ? "received" : "timed out");
}

// At every moment one of the two channels holds a value, though never the same one for long.
void otherwise_is_one_moment() {
  const actors who;
  channel<int> a(1), b(1);
  a.send(1);
  in_parallel(
      [&] {
        auto from_a = on_recv(a), from_b = on_recv(b);
        auto none = runnel::otherwise();
        const auto won = select(from_a, from_b, none);
        RUNNEL_MODEL_REQUIRE(!(won == none));
        cover(won == from_a ? "a" : "b");
      },
      [&] {
        b.send(2);
        (void)a.try_recv();
      });
}

void otherwise() {
  const actors who;
  channel<int> c(1);
  in_parallel(
      [&] {
        auto take = on_recv(c);
        auto none = runnel::otherwise();
        cover(select(take, none) == take ? "received" : "otherwise");
      },
      [&] { c.send(1); });
}

void closing_wakes_a_select() {
  const actors who;
  channel<int> a, b;
  in_parallel(
      [&] {
        auto from_a = on_recv(a), from_b = on_recv(b);
        const auto won = select(from_a, from_b);
        RUNNEL_MODEL_REQUIRE(won == from_b ? !from_b : static_cast<bool>(from_a));
      },
      [&] { b.close(); },
      [&] {
        int v = 1;
        (void)a.try_send(v);
      });
}

// The losing case is passed over by a sender, who then queues as a receiver itself.
void losers_leave_the_others_queued() {
  const actors who;
  channel<int> a, b;
  in_parallel(
      [&] {
        auto from_a = on_recv(a), from_b = on_recv(b);
        RUNNEL_MODEL_REQUIRE(select(from_a, from_b) == from_a);
        b.send(9);
      },
      [&] {
        a.send(1);
        int v = 2;
        if (b.try_send(v) == send_status::would_block)
          RUNNEL_MODEL_REQUIRE(*b.recv() == 9);
      });
}

const protocol selecting{
    .name = "select",
    .files = {"select.cpp", "wait_queue.h"},
    .scenarios =
        {{.name = "receive from either", .body = recv_from_either},
         {.name = "two senders try",
          .body = two_senders_try,
          .must_cover = {"a", "b", "timeout"},
          .heavy = true},
         {.name = "select against select", .body = select_against_select},
         {.name = "both directions of one channel", .body = both_directions_of_one_channel},
         {.name = "losers leave the others queued", .body = losers_leave_the_others_queued},
         {.name = "timeout against sender",
          .body = timeout_against_sender,
          .must_cover = {"received", "timed out"}},
         {.name = "otherwise is one moment",
          .body = otherwise_is_one_moment,
          .must_cover = {"a", "b"}},
         {.name = "otherwise", .body = otherwise, .must_cover = {"received", "otherwise"}},
         {.name = "closing wakes a select", .body = closing_wakes_a_select, .heavy = true}},
    .exceptions = {{.file = "select.cpp",
                    .text = "!c.waiter_.queued.load(std::memory_order_acquire)",
                    .change = "stale",
                    .because = "saves taking the lock; under it `queued` is read again"}}};

TEST(Select, Holds) { expect_holds(selecting); }
TEST(Select, EveryBreakageIsCaught) { expect_all_caught(selecting); }

} // namespace
} // namespace runnel::model
