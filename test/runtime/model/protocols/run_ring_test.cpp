// sched/run_ring.h: first in, first out; thieves take half, each element once.
#include "protocols/scheduler.h"

#include "sched/run_ring.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

struct item {
  int contents = 0;
  int taken = 0;
};

class table {
public:
  using ring = detail::run_ring<item, 4>;

  bool push() {
    item& i = items_[pushed_];
    i.contents = pushed_ + 1;
    if (!ring_.push(&i))
      return false;
    ++pushed_;
    return true;
  }
  item* pop() { return check(ring_.pop()); }
  item* steal_into(ring& mine) { return check(ring_.steal_into(mine)); }
  item* check(item* i) {
    if (!i)
      return nullptr;
    RUNNEL_MODEL_REQUIRE(i->contents == static_cast<int>(i - items_) + 1);
    ++i->taken;
    return i;
  }
  void finish() {
    while (pop()) {}
    for (int i = 0; i < pushed_; ++i)
      RUNNEL_MODEL_REQUIRE(items_[i].taken == 1);
  }

private:
  ring ring_;
  item items_[8];
  int pushed_ = 0;
};

void owner_against_thief(int at_first) {
  table t;
  table::ring mine;
  for (int i = 0; i < at_first; ++i)
    t.push();
  in_parallel(
      [&] {
        item* a = nullptr;
        t.push();
        if (item* first = t.pop())
          a = first;
        if (item* second = t.pop())
          RUNNEL_MODEL_REQUIRE(!a || second > a);
      },
      [&] {
        if (t.steal_into(mine))
          cover("stole");
        while (t.check(mine.pop()))
          cover("stole more than one");
      });
  t.finish();
}

// A thief of the thief: elements go on with their contents.
void stolen_from_the_thief() {
  table t;
  table::ring mine, other;
  for (int i = 0; i < 4; ++i)
    t.push();
  in_parallel([&] { t.steal_into(mine); },
              [&] {
                if (t.check(mine.steal_into(other)))
                  cover("stolen twice");
              });
  while (t.check(mine.pop())) {}
  while (t.check(other.pop())) {}
  t.finish();
}

void two_thieves() {
  table t;
  table::ring one, two;
  t.push();
  t.push();
  t.push();
  const auto thief = [&](table::ring& mine) {
    t.steal_into(mine);
    while (t.check(mine.pop())) {}
  };
  in_parallel([&] { thief(one); }, [&] { thief(two); }, [&] { t.pop(); });
  t.finish();
}

// Full: the owner may write a slot again only after its taker has read it.
void full() {
  table t;
  table::ring mine;
  for (int i = 0; i < 4; ++i)
    t.push();
  in_parallel(
      [&] {
        if (t.push())
          cover("room was made");
        t.push();
      },
      [&] {
        t.steal_into(mine);
        while (t.check(mine.pop())) {}
      });
  t.finish();
}

const protocol ring{
    .name = "run ring",
    .files = {"run_ring.h"},
    .scenarios = {{.name = "owner against thief, one",
                   .body = [] { owner_against_thief(0); },
                   .must_cover = {"stole"}},
                  {.name = "owner against thief, three",
                   .body = [] { owner_against_thief(2); },
                   .must_cover = {"stole", "stole more than one"}},
                  {.name = "stolen from the thief",
                   .body = stolen_from_the_thief,
                   .must_cover = {"stolen twice"}},
                  {.name = "two thieves", .body = two_thieves},
                  {.name = "full", .body = full, .must_cover = {"room was made"}}},
    .exceptions = {
        {.file = "run_ring.h",
         .text = "if (t - head_.load(std::memory_order_acquire) == Size)",
         .change = "acquire -> relaxed",
         .because = "keeps a thief's read of a slot before the owner writes it again; only load "
                    "buffering, which the checker does not show, could turn them round"},
        {.file = "run_ring.h",
         .text = "head_.compare_exchange_strong(h, h + n",
         .change = "release -> relaxed",
         .because = "the other half of the same"},
        {.file = "run_ring.h",
         .text = "std::uint32_t h = head_.load(std::memory_order_relaxed);",
         .change = "stale",
         .because = "the exchange on head_ looks again"},
        {.file = "run_ring.h",
         .text = "std::uint32_t h = head_.load(std::memory_order_acquire);",
         .change = "acquire -> relaxed",
         .because = "saves a round: without it tail_ may be older than head_, which the loop finds "
                    "out and repairs"},
        {.file = "run_ring.h",
         .text = "head_.compare_exchange_strong(h, h + n",
         .change = "failure acquire -> relaxed",
         .because = "saves a round, as above"},
        {.file = "run_ring.h",
         .text = "std::uint32_t n = tail_.load(std::memory_order_acquire) - h;",
         .change = "stale",
         .because = "an older tail hides new elements, and the exchange on head_ decides"}}};

TEST(RunRing, Holds) { expect_holds(ring); }
TEST(RunRing, EveryBreakageIsCaught) { expect_all_caught(ring); }

} // namespace
} // namespace runnel::model
