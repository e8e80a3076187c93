// runnel/detail/select_token.h: two wakers and a timer compete for one waiter.
#include "protocols/scheduler.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

using detail::select_token;

struct waiting {
  select_token token;
  gate wake;
  int value = 0; ///< written by whoever has claimed it
};

void claim(waiting& w, std::uint32_t index, int value) {
  if (!w.token.claim(index))
    return;
  w.value = value;
  w.wake.unpark();
}

// Moves a value that may throw: holds, then commits or gives back.
void hold(waiting& w, std::uint32_t index, int value, bool throws) {
  if (!w.token.hold())
    return;
  w.value = value;
  if (throws) {
    w.value = 0;
    w.token.release();
    return;
  }
  w.token.commit(index);
  w.wake.unpark();
}

void finish(waiting& w, int values) {
  w.wake.park();
  const std::uint32_t won = w.token.winner();
  if (won == select_token::timed_out)
    RUNNEL_MODEL_REQUIRE(w.value == 99);
  else
    RUNNEL_MODEL_REQUIRE(won < 2 && w.value == static_cast<int>(won) + 1 && w.value <= values);
  RUNNEL_MODEL_REQUIRE(w.token.claimed());
  observe(won);
}

void two_wakers_and_timer() {
  waiting w;
  in_parallel([&] { claim(w, 0, 1); }, [&] { claim(w, 1, 2); },
              [&] { claim(w, select_token::timed_out, 99); });
  finish(w, 2);
}

void holder_against_waker(bool throws) {
  waiting w;
  in_parallel([&] { hold(w, 0, 1, throws); }, [&] { claim(w, 1, 2); });
  finish(w, 2);
}

void two_holders() {
  waiting w;
  in_parallel([&] { hold(w, 0, 1, true); }, [&] { hold(w, 1, 2, false); },
              [&] { claim(w, select_token::timed_out, 99); });
  finish(w, 2);
}

// A loser sees what the winner did before it claimed (memory order paragraph).
void loser_sees_the_winners_past() {
  select_token token;
  int before[2]{0, 0};
  const auto run = [&](std::uint32_t me) {
    before[me] = 1;
    if (!token.claim(me))
      RUNNEL_MODEL_REQUIRE(before[1 - me] == 1);
  };
  in_parallel([&] { run(0); }, [&] { run(1); });
}

// As above, for a winner that held the token first.
void loser_sees_the_holders_past() {
  select_token token;
  int before_commit = 0;
  in_parallel(
      [&] {
        if (!token.hold())
          return;
        before_commit = 1;
        token.commit(0);
      },
      [&] {
        if (!token.claim(1))
          RUNNEL_MODEL_REQUIRE(before_commit == 1);
      });
}

// Somebody who only looks, such as the owner before it lets its frame go.
void onlooker() {
  waiting w;
  int past = 0;
  in_parallel(
      [&] {
        past = 1;
        if (w.token.claim(0))
          w.wake.unpark();
      },
      [&] {
        if (w.token.claimed()) {
          cover("claimed");
          RUNNEL_MODEL_REQUIRE(past == 1);
        }
      });
  w.wake.park();
}

const protocol token{
    .name = "select token",
    .files = {"select_token.h"},
    .scenarios = {
        {.name = "two wakers and a timer", .body = two_wakers_and_timer},
        {.name = "a holder against a waker", .body = [] { holder_against_waker(false); }},
        {.name = "a holder whose move throws", .body = [] { holder_against_waker(true); }},
        {.name = "two holders and a timer", .body = two_holders},
        {.name = "the loser sees the winner's past", .body = loser_sees_the_winners_past},
        {.name = "the loser sees the holder\'s past", .body = loser_sees_the_holders_past},
        {.name = "an onlooker", .body = onlooker, .must_cover = {"claimed"}}}};

TEST(SelectToken, Holds) { expect_holds(token); }
TEST(SelectToken, EveryBreakageIsCaught) { expect_all_caught(token); }

} // namespace
} // namespace runnel::model
