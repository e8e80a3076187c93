// barrier and latch: all their state is under a spin lock, so that lock is what is broken here.
#include "protocols/scheduler.h"

#include "runnel/barrier.h"
#include "runnel/latch.h"

#include <gtest/gtest.h>
#include <memory>

namespace runnel::model {
namespace {

// Each party's write before it arrives is seen by the completion, and that one's by all.
void a_phase(int parties) {
  const actors who;
  int before[3]{0, 0, 0}, completed = 0;
  barrier meet(parties, [&] {
    for (int i = 0; i < parties; ++i)
      RUNNEL_MODEL_REQUIRE(before[i] == 1);
    ++completed;
  });
  const auto party = [&](int me) {
    before[me] = 1;
    meet.arrive_and_wait();
    RUNNEL_MODEL_REQUIRE(completed == 1);
  };
  std::deque<thread> others;
  for (int i = 1; i < parties; ++i)
    others.emplace_back([&, i] { party(i); });
  party(0);
}

void two_phases() {
  const actors who;
  int phase = 0;
  barrier meet(2, [&] { ++phase; });
  const auto party = [&] {
    meet.arrive_and_wait();
    const int first = phase;
    RUNNEL_MODEL_REQUIRE(first == 1);
    meet.arrive_and_wait();
    RUNNEL_MODEL_REQUIRE(phase == 2);
  };
  in_parallel(party, party);
}

// Who has left is not waited for.
void dropping() {
  const actors who;
  int phase = 0;
  barrier meet(2, [&] { ++phase; });
  in_parallel([&] { meet.arrive_and_drop(); },
              [&] {
                meet.arrive_and_wait();
                meet.arrive_and_wait();
                RUNNEL_MODEL_REQUIRE(phase == 2);
              });
}

// Arrives, does something else, and waits for a phase that may be over by then.
void waiting_late() {
  const actors who;
  int other = 0;
  barrier meet(2);
  in_parallel(
      [&] {
        const auto mine = meet.arrive();
        meet.wait(mine);
        RUNNEL_MODEL_REQUIRE(other == 1);
      },
      [&] {
        other = 1;
        (void)meet.arrive();
      });
}

void opening(int waiters) {
  const actors who;
  auto* l = new latch(1);
  int before = 0;
  const auto wait = [&] {
    l->wait();
    RUNNEL_MODEL_REQUIRE(before == 1);
  };
  {
    std::deque<thread> all;
    for (int i = 0; i < waiters; ++i)
      all.emplace_back(wait);
    before = 1;
    l->count_down();
  }
  delete l;
}

void asking() {
  const actors who;
  latch l(1);
  int before = 0;
  in_parallel(
      [&] {
        before = 1;
        l.count_down();
      },
      [&] {
        if (l.try_wait()) {
          cover("open");
          RUNNEL_MODEL_REQUIRE(before == 1);
        }
      });
}

// The one that waits ends the latch, while count_down() is on its way out.
void the_waiter_ends_it() {
  const actors who;
  auto* l = new latch(1);
  in_parallel([&] { l->count_down(); },
              [&] {
                l->wait();
                delete l;
              });
}

options two_preemptions() {
  options o;
  o.preemptions = 2; // all of them take minutes
  return o;
}

const protocol meeting{
    .name = "barrier, latch",
    .files = {"spin_lock.h"},
    .scenarios = {
        {.name = "two meet", .body = [] { a_phase(2); }},
        {.name = "three meet", .body = [] { a_phase(3); }, .how = two_preemptions(), .heavy = true},
        {.name = "two phases", .body = two_phases, .how = two_preemptions()},
        {.name = "dropping", .body = dropping},
        {.name = "waiting late", .body = waiting_late},
        {.name = "opening for one", .body = [] { opening(1); }},
        {.name = "opening for two", .body = [] { opening(2); }},
        {.name = "asking", .body = asking, .must_cover = {"open"}},
        {.name = "the waiter ends it", .body = the_waiter_ends_it}}};

TEST(Barrier, Holds) { expect_holds(meeting); }
TEST(Barrier, EveryBreakageIsCaught) { expect_all_caught(meeting); }

} // namespace
} // namespace runnel::model
