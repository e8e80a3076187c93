// sched/parker.h: no unpark is lost, and the parker may end once its park has returned.
#include "protocols/scheduler.h"

#include "sched/parker.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

using detail::parker;

void handover() {
  parker p;
  int data = 0;
  in_parallel(
      [&] {
        p.park();
        RUNNEL_MODEL_REQUIRE(data == 1);
      },
      [&] {
        data = 1;
        p.unpark();
      });
}

// Twice in a row, in turns: nothing of the first round is left for the second.
void two_rounds() {
  parker a, b;
  int data = 0;
  in_parallel(
      [&] {
        a.park();
        data = 2;
        b.unpark();
        a.park();
        RUNNEL_MODEL_REQUIRE(data == 3);
      },
      [&] {
        data = 1;
        a.unpark();
        b.park();
        RUNNEL_MODEL_REQUIRE(data == 2);
        data = 3;
        a.unpark();
      });
}

void the_sleeper_ends_it() {
  auto* p = new parker;
  in_parallel(
      [p] {
        p->park();
        delete p;
      },
      [p] { p->unpark(); });
}

void with_a_deadline() {
  parker p;
  int data = 0;
  in_parallel(
      [&] {
        const bool notified = p.park_for(1);
        cover(notified ? "notified" : "time was up");
        if (!notified)
          p.park();
        RUNNEL_MODEL_REQUIRE(data == 1);
      },
      [&] {
        data = 1;
        p.unpark();
      });
}

// The unpark that comes before the park: what was there before is seen.
void notified_at_once() {
  parker p;
  int data = 0;
  data = 1;
  p.unpark();
  p.park();
  RUNNEL_MODEL_REQUIRE(data == 1);
  in_parallel(
      [&] {
        data = 2;
        p.unpark();
      },
      [&] {
        if (p.park_for(1)) {
          cover("notified");
          RUNNEL_MODEL_REQUIRE(data == 2);
        } else {
          p.park();
        }
      });
}

options spurious() {
  options o;
  o.spurious = 1;
  return o;
}

const protocol park{
    .name = "parker",
    .files = {"parker.h"},
    .scenarios = {
        {.name = "handover", .body = handover, .how = spurious()},
        {.name = "two rounds", .body = two_rounds, .how = spurious()},
        {.name = "the sleeper ends it", .body = the_sleeper_ends_it},
        {.name = "with a deadline",
         .body = with_a_deadline,
         .must_cover = {"notified", "time was up"}},
        {.name = "notified at once", .body = notified_at_once, .must_cover = {"notified"}}}};

TEST(Parker, Holds) { expect_holds(park); }
TEST(Parker, EveryBreakageIsCaught) { expect_all_caught(park); }

} // namespace
} // namespace runnel::model
