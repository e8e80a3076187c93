// runnel/detail/spin_lock.h: mutual exclusion, and destruction by whoever gets it last.
#include "protocols/scheduler.h"

#include "runnel/detail/spin_lock.h"

#include <gtest/gtest.h>
#include <memory>

namespace runnel::model {
namespace {

using detail::spin_lock;

void adders(int n, bool trying) {
  spin_lock lock;
  int shared = 0, skipped = 0;
  const auto add = [&] {
    lock.lock();
    ++shared;
    lock.unlock();
  };
  const auto try_add = [&] {
    if (!lock.try_lock()) {
      cover("found it locked");
      ++skipped;
      return;
    }
    ++shared;
    lock.unlock();
  };
  {
    std::deque<thread> all;
    for (int i = 1; i < n; ++i)
      all.emplace_back(add);
    if (trying)
      all.emplace_back(try_add);
    else
      all.emplace_back(add);
  }
  RUNNEL_MODEL_REQUIRE(shared + skipped == n);
}

// Invariant 1: the last holder's unlock is its last touch.
void last_one_destroys() {
  struct shared {
    spin_lock lock;
    int left = 2;
  };
  auto* s = new shared;
  const auto drop = [s] {
    s->lock.lock();
    const bool last = --s->left == 0;
    s->lock.unlock();
    if (last)
      delete s;
  };
  in_parallel(drop, drop);
}

const protocol spin{.name = "spin lock",
                    .files = {"spin_lock.h"},
                    .scenarios = {{.name = "three add", .body = [] { adders(3, false); }},
                                  {.name = "one only tries",
                                   .body = [] { adders(2, true); },
                                   .must_cover = {"found it locked"}},
                                  {.name = "the last one destroys", .body = last_one_destroys}}};

TEST(SpinLock, Holds) { expect_holds(spin); }
TEST(SpinLock, EveryBreakageIsCaught) { expect_all_caught(spin); }

} // namespace
} // namespace runnel::model
