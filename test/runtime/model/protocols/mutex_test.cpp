// runnel/mutex.h: mutual exclusion, nobody forgotten, and the end of the mutex by whoever unlocks
// it last or knows that the last unlock is on its way out.
#include "protocols/scheduler.h"

#include "runnel/mutex.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

void adders(int n) {
  const actors who;
  runnel::mutex m;
  int shared = 0;
  {
    std::deque<thread> all;
    for (int i = 0; i < n; ++i)
      all.emplace_back([&] {
        m.lock();
        ++shared;
        m.unlock();
      });
  }
  RUNNEL_MODEL_REQUIRE(shared == n);
}

// Somebody holds it while two queue, so that unlocking wakes one and then the other.
void two_queue() {
  const actors who;
  runnel::mutex m;
  int shared = 0;
  m.lock();
  thread a([&] {
    m.lock();
    ++shared;
    m.unlock();
  });
  thread b([&] {
    m.lock();
    ++shared;
    m.unlock();
  });
  ++shared;
  m.unlock();
  a.join();
  b.join();
  RUNNEL_MODEL_REQUIRE(shared == 3);
}

// Who unlocks takes it again at once: the woken one may lose the race and must queue again.
void overtaking() {
  const actors who;
  runnel::mutex m;
  int shared = 0;
  m.lock();
  thread a([&] {
    m.lock();
    ++shared;
    m.unlock();
  });
  ++shared;
  m.unlock();
  m.lock();
  ++shared;
  m.unlock();
  a.join();
  RUNNEL_MODEL_REQUIRE(shared == 3);
}

void trying() {
  const actors who;
  runnel::mutex m;
  int shared = 0, skipped = 0;
  in_parallel(
      [&] {
        m.lock();
        ++shared;
        m.unlock();
      },
      [&] {
        if (m.try_lock()) {
          ++shared;
          m.unlock();
        } else {
          skipped = 1;
          cover("was locked");
        }
      });
  RUNNEL_MODEL_REQUIRE(shared + skipped == 2);
}

// The one that gets it last destroys it, while the other's unlock() may still be returning.
void destroyed_by_the_last() {
  const actors who;
  struct counted {
    runnel::mutex m;
    int left = 2;
  };
  auto* c = new counted;
  const auto drop = [c] {
    c->m.lock();
    const bool last = --c->left == 0;
    c->m.unlock();
    if (last)
      delete c;
  };
  in_parallel(drop, drop);
}

const protocol locking{
    .name = "mutex",
    .files = {"runnel/mutex.h", "sync/mutex.cpp"},
    .scenarios = {{.name = "two add", .body = [] { adders(2); }},
                  {.name = "two queue", .body = two_queue},
                  {.name = "overtaking", .body = overtaking},
                  {.name = "one only tries", .body = trying, .must_cover = {"was locked"}},
                  {.name = "destroyed by the last", .body = destroyed_by_the_last}},
    .exceptions = {{.file = "mutex.cpp",
                    .text = "state_.fetch_and(~guard, std::memory_order_release)",
                    .change = "not atomic",
                    .because = "invariant 1: nobody else changes the state while guard and "
                               "locked are set"}}};

TEST(Mutex, Holds) { expect_holds(locking); }
TEST(Mutex, EveryBreakageIsCaught) { expect_all_caught(locking); }

} // namespace
} // namespace runnel::model
