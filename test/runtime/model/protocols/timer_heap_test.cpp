// time/timer_heap.h as parked parties and firing workers use it: a deadline fires once, or is
// removed by its owner before its frame goes; a worker that has seen an insertion does not overlook
// it.
#include "protocols/scheduler.h"

#include "time/timer_heap.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

using detail::select_token;
using detail::timer_heap;
using detail::timer_node;

struct deadline : timer_node {
  select_token token;
  gate wake;
};

void arm(timer_heap& heap, deadline& d, std::int64_t when) {
  d.when = when;
  heap.lock();
  heap.insert(d);
  heap.unlock();
}

/// What a worker does: see fire_due_timers in time/timers.cpp.
bool fire(timer_heap& heap, std::int64_t now) {
  if (heap.next_due() > now)
    return false;
  deadline* mine = nullptr;
  heap.lock();
  if (timer_node* n = heap.earliest(); n && n->when <= now) {
    heap.remove(*n);
    auto* d = static_cast<deadline*>(n);
    if (d->token.claim(select_token::timed_out))
      mine = d;
  }
  heap.unlock();
  if (mine)
    mine->wake.unpark();
  return mine != nullptr;
}

/// What a party does once it has been woken: see park_until.
void disarm(timer_heap& heap, deadline& d) {
  heap.lock();
  heap.remove(d);
  heap.unlock();
}

// The waker finds the party in a queue, as channels do, and may be passed over by the timer.
void timer_against_waker() {
  timer_heap heap;
  detail::spin_lock queue;
  auto* d = new deadline;
  deadline* waiting = d;
  arm(heap, *d, 5);
  bool fired = false, woken = false;
  in_parallel([&] { fired = fire(heap, 10); },
              [&] {
                queue.lock();
                deadline* const found = waiting;
                waiting = nullptr;
                woken = found && found->token.claim(0);
                queue.unlock();
                if (woken)
                  found->wake.unpark();
              },
              [&, d] {
                d->wake.park();
                disarm(heap, *d);
                queue.lock();
                waiting = nullptr;
                queue.unlock();
                cover(d->token.winner() == select_token::timed_out ? "timer" : "waker");
                delete d;
              });
  RUNNEL_MODEL_REQUIRE(fired != woken);
}

void two_fire_one() {
  timer_heap heap;
  deadline a, b;
  arm(heap, a, 7);
  arm(heap, b, 5);
  bool first = false, second = false;
  in_parallel([&] { first = fire(heap, 6); }, [&] { second = fire(heap, 6); });
  RUNNEL_MODEL_REQUIRE(first != second); // b fires once, a is not due
  RUNNEL_MODEL_REQUIRE(heap.size() == 1 && heap.next_due() == 7);
  disarm(heap, a);
}

// Invariant 2: who has seen the insertion sees when it is due.
void insertion_is_not_overlooked() {
  timer_heap heap;
  deadline d;
  atomic<int> told{0};
  in_parallel(
      [&] {
        arm(heap, d, 5);
        told.store(1, rel);
      },
      [&] {
        if (told.load(acq)) {
          cover("told");
          RUNNEL_MODEL_REQUIRE(fire(heap, 10));
        }
      });
  disarm(heap, d);
}

const protocol timers{.name = "timer heap",
                      .files = {"timer_heap.h"},
                      .scenarios = {{.name = "timer against waker",
                                     .body = timer_against_waker,
                                     .must_cover = {"timer", "waker"}},
                                    {.name = "two fire one", .body = two_fire_one},
                                    {.name = "an insertion is not overlooked",
                                     .body = insertion_is_not_overlooked,
                                     .must_cover = {"told"}}}};

TEST(TimerHeap, Holds) { expect_holds(timers); }
TEST(TimerHeap, EveryBreakageIsCaught) { expect_all_caught(timers); }

} // namespace
} // namespace runnel::model
