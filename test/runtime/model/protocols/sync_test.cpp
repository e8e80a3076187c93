// wait_group, condition_variable, semaphore, latch and shared_mutex: nobody waits for ever, nothing
// is seen too early, and each may end once the last wait on it has returned.
#include "protocols/scheduler.h"

#include "runnel/condition_variable.h"
#include "runnel/latch.h"
#include "runnel/semaphore.h"
#include "runnel/shared_mutex.h"
#include "runnel/wait_group.h"

#include <gtest/gtest.h>
#include <memory>

namespace runnel::model {
namespace {

// --- wait_group
// ------------------------------------------------------------------------------------

void the_waiter_ends_the_group(int workers) {
  const actors who;
  auto wg = std::make_unique<wait_group>();
  wg->add(workers);
  int done[2]{0, 0};
  std::deque<thread> all;
  for (int i = 0; i < workers; ++i)
    all.emplace_back([&, i, g = wg.get()] {
      done[i] = 1;
      g->done();
    });
  wg->wait();
  for (int i = 0; i < workers; ++i)
    RUNNEL_MODEL_REQUIRE(done[i] == 1);
  wg.reset(); // the last done() may still be on its way out
}

void two_wait_for_one() {
  const actors who;
  wait_group wg;
  wg.add(1);
  int done = 0;
  const auto wait = [&] {
    wg.wait();
    RUNNEL_MODEL_REQUIRE(done == 1);
  };
  in_parallel(wait, wait, [&] {
    done = 1;
    wg.done();
  });
}

void adding_while_counting() {
  const actors who;
  wait_group wg;
  wg.add(1);
  int done = 0;
  in_parallel(
      [&] {
        wg.add(1);
        thread other([&] {
          ++done;
          wg.done();
        });
        wg.done();
      },
      [&] {
        wg.wait();
        RUNNEL_MODEL_REQUIRE(done == 1);
      });
}

// The count leaves one at both ends at once: down to zero and up to two.
void adding_against_the_last_done() {
  const actors who;
  wait_group wg;
  wg.add(1);
  thread other([&] { wg.done(); });
  wg.add(1);
  wg.done();
  wg.wait();
}

const protocol groups{
    .name = "wait_group",
    .files = {"wait_group.h", "wait_group.cpp"},
    .scenarios = {{.name = "one done", .body = [] { the_waiter_ends_the_group(1); }},
                  {.name = "two done", .body = [] { the_waiter_ends_the_group(2); }},
                  {.name = "two wait for one", .body = two_wait_for_one, .heavy = true},
                  {.name = "adding against the last done", .body = adding_against_the_last_done},
                  {.name = "adding while counting", .body = adding_while_counting}},
    .exceptions = {{.file = "wait_group.cpp",
                    .text = "std::int64_t before = count_.load(std::memory_order_relaxed);",
                    .change = "stale",
                    .because = "the exchange below looks again"}}};

TEST(WaitGroup, Holds) { expect_holds(groups); }
TEST(WaitGroup, EveryBreakageIsCaught) { expect_all_caught(groups); }

// --- condition_variable
// ----------------------------------------------------------------------------

void notify(bool all, int waiters) {
  const actors who;
  auto cv = std::make_unique<condition_variable>();
  mutex m;
  bool ready = false;
  {
    std::deque<thread> threads;
    for (int i = 0; i < waiters; ++i)
      threads.emplace_back([&] {
        m.lock();
        while (!ready)
          cv->wait(m);
        m.unlock();
      });
    m.lock();
    ready = true;
    m.unlock();
    if (all)
      cv->notify_all();
    else
      cv->notify_one();
  }
}

// The waiter ends the variable while notify_one() is on its way out.
void the_waiter_ends_it() {
  const actors who;
  auto* cv = new condition_variable;
  mutex m;
  bool ready = false;
  in_parallel(
      [&] {
        m.lock();
        while (!ready)
          cv->wait(m);
        m.unlock();
        delete cv;
      },
      [&] {
        m.lock();
        ready = true;
        cv->notify_one();
        m.unlock();
      });
}

void wait_with_timeout() {
  const actors who;
  condition_variable cv;
  mutex m;
  bool ready = false;
  in_parallel(
      [&] {
        m.lock();
        const bool timed_out = cv.wait_until(m, clock::time_point{}) == std::cv_status::timeout;
        cover(timed_out ? "timeout" : "notified");
        RUNNEL_MODEL_REQUIRE(timed_out || ready);
        m.unlock();
      },
      [&] {
        m.lock();
        ready = true;
        m.unlock();
        cv.notify_one();
      });
}

// The first gives up while a notifier passes it over and then waits itself.
void giving_up_leaves_the_others_queued() {
  const actors who;
  condition_variable cv;
  mutex m;
  bool ready = false;
  in_parallel(
      [&] {
        m.lock();
        (void)cv.wait_until(m, clock::time_point{});
        ready = true;
        m.unlock();
        cv.notify_one();
      },
      [&] {
        cv.notify_one();
        m.lock();
        while (!ready)
          cv.wait(m);
        m.unlock();
      });
}

const protocol conditions{
    .name = "condition_variable",
    .files = {"condition_variable.h", "condition_variable.cpp"},
    .scenarios = {{.name = "notify_one", .body = [] { notify(false, 1); }},
                  {.name = "notify_all", .body = [] { notify(true, 2); }, .heavy = true},
                  {.name = "the waiter ends it", .body = the_waiter_ends_it},
                  {.name = "giving up leaves the others queued",
                   .body = giving_up_leaves_the_others_queued},
                  {.name = "wait with timeout",
                   .body = wait_with_timeout,
                   .must_cover = {"timeout", "notified"}}},
};

TEST(ConditionVariable, Holds) { expect_holds(conditions); }
TEST(ConditionVariable, EveryBreakageIsCaught) { expect_all_caught(conditions); }

// --- semaphore, latch, shared_mutex: all their state is under a spin lock
// ----------------------------

void permits() {
  const actors who;
  semaphore s(1);
  int inside = 0;
  const auto use = [&] {
    s.acquire();
    ++inside;
    s.release();
  };
  in_parallel(use, use);
  RUNNEL_MODEL_REQUIRE(inside == 2);
}

void permit_with_timeout() {
  const actors who;
  semaphore s(0);
  int given = 0;
  in_parallel(
      [&] {
        if (s.try_acquire_until(clock::time_point{})) {
          cover("acquired");
          RUNNEL_MODEL_REQUIRE(given == 1);
        } else {
          cover("timed out");
          s.acquire(); // it must not have been taken for nothing
        }
      },
      [&] {
        given = 1;
        s.release();
      });
}

void opening() {
  const actors who;
  auto l = std::make_unique<latch>(2);
  int past[2]{0, 0};
  std::deque<thread> all;
  for (int i = 0; i < 2; ++i)
    all.emplace_back([&, i, p = l.get()] {
      past[i] = 1;
      p->count_down();
    });
  l->wait();
  RUNNEL_MODEL_REQUIRE(past[0] == 1 && past[1] == 1);
  l.reset();
}

void readers_and_a_writer() {
  const actors who;
  shared_mutex m;
  int value = 0;
  const auto read = [&] {
    m.lock_shared();
    const int v = value;
    m.unlock_shared();
    RUNNEL_MODEL_REQUIRE(v == 0 || v == 1);
  };
  in_parallel(read, [&] {
    m.lock();
    ++value;
    m.unlock();
  });
}

void two_writers() {
  const actors who;
  shared_mutex m;
  int value = 0;
  const auto write = [&] {
    m.lock();
    ++value;
    m.unlock();
  };
  in_parallel(write, write);
  RUNNEL_MODEL_REQUIRE(value == 2);
}

// A permit passes over one who gave up; another waits behind it.
void giving_up_leaves_permits() {
  const actors who;
  semaphore s(0);
  in_parallel([&] { s.release(s.try_acquire_until(clock::time_point{}) ? 2 : 1); },
              [&] {
                s.release();
                s.acquire();
                s.acquire();
              });
}

const protocol guarded{
    .name = "semaphore, latch, shared_mutex",
    .files = {"semaphore.cpp"},
    .scenarios = {{.name = "permits", .body = permits},
                  {.name = "permit with timeout",
                   .body = permit_with_timeout,
                   .must_cover = {"acquired", "timed out"}},
                  {.name = "opening a latch", .body = opening},
                  {.name = "a reader and a writer", .body = readers_and_a_writer},
                  {.name = "two writers", .body = two_writers},
                  {.name = "giving up leaves permits", .body = giving_up_leaves_permits}}};

TEST(Guarded, Holds) { expect_holds(guarded); }
TEST(Guarded, EveryBreakageIsCaught) { expect_all_caught(guarded); }

} // namespace
} // namespace runnel::model
