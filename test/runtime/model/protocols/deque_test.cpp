// sched/deque.h: every element is taken once, by the owner or by one thief, with its contents.
#include "protocols/scheduler.h"

#include "sched/deque.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

using detail::steal_deque;

struct item {
  int contents = 0; ///< plain: written before the push, read by the taker
  int taken = 0;
};

/// Up to five items, numbered in the order of their pushes.
class table {
public:
  void push() {
    item& i = items_[pushed_++];
    i.contents = pushed_;
    RUNNEL_MODEL_REQUIRE(deque_.push(&i));
  }
  bool take() { return check(deque_.take()); }
  bool steal() { return check(deque_.steal()); }
  /// After the thieves have gone.
  void finish() {
    while (take()) {}
    for (int i = 0; i < pushed_; ++i)
      RUNNEL_MODEL_REQUIRE(items_[i].taken == 1);
  }
  std::int64_t size() const { return deque_.size(); }

private:
  bool check(item* i) {
    if (!i)
      return false;
    RUNNEL_MODEL_REQUIRE(i->contents == static_cast<int>(i - items_) + 1);
    ++i->taken; // a race if two have it
    return true;
  }
  steal_deque<item> deque_;
  item items_[5];
  int pushed_ = 0;
};

void the_last_one() {
  table t;
  bool owner = false, thief = false;
  in_parallel(
      [&] {
        t.push();
        owner = t.take();
      },
      [&] { thief = t.steal(); });
  RUNNEL_MODEL_REQUIRE(owner != thief);
  if (thief)
    cover("stolen");
  t.finish();
}

// The thieves find even the array only through what the owner has released.
void the_first_one_for_two_thieves() {
  table t;
  in_parallel(
      [&] {
        t.push();
        t.take();
      },
      [&] { t.steal(); }, [&] { t.steal(); });
  t.finish();
}

void two_left_for_two_thieves() {
  table t;
  t.push();
  t.push();
  in_parallel([&] { t.take(); }, [&] { t.steal(); }, [&] { t.steal(); });
  t.finish();
}

void take_two_against_a_thief_of_two() {
  table t;
  in_parallel(
      [&] {
        t.push();
        t.push();
        t.take();
        t.take();
      },
      [&] {
        if (t.steal() && t.steal())
          cover("stole both");
      });
  t.finish();
}

// The array is full at two: the third push grows it while thieves read the old one.
void growth() {
  table t;
  t.push();
  in_parallel(
      [&] {
        t.push();
        t.push();
        t.take();
      },
      [&] {
        if (t.steal() && t.steal() && t.steal())
          cover("stole from the new array");
      });
  t.finish();
}

// A slot is used again while a slow thief still reads it.
void wrap_around() {
  table t;
  t.push();
  t.push();
  in_parallel(
      [&] {
        if (t.take())
          t.push();
        t.push();
        t.take();
      },
      [&] { t.steal(); });
  t.finish();
}

void steal_makes_room() {
  table t;
  t.push();
  t.push();
  in_parallel([&] { t.push(); }, [&] { t.steal(); }, [&] { t.steal(); });
  t.finish();
}

const protocol deque{
    .name = "deque",
    .files = {"deque.h"},
    .scenarios = {{.name = "the last one", .body = the_last_one, .must_cover = {"stolen"}},
                  {.name = "the first one for two thieves", .body = the_first_one_for_two_thieves},
                  {.name = "two left for two thieves", .body = two_left_for_two_thieves},
                  {.name = "two against a thief of two",
                   .body = take_two_against_a_thief_of_two,
                   .must_cover = {"stole both"}},
                  {.name = "growth", .body = growth, .must_cover = {"stole from the new array"}},
                  {.name = "wrap around", .body = wrap_around},
                  {.name = "a steal makes room", .body = steal_makes_room}},
    .exceptions = {
        {.file = "deque.h",
         .text = "top_.load(std::memory_order_acquire)",
         .change = "acquire -> relaxed",
         .because = "keeps a thief's read of a slot before the owner writes it again; only load "
                    "buffering, which the checker does not show, could turn them round"},
        {.file = "deque.h",
         .text = "top_.load(std::memory_order_relaxed) > b",
         .change = "stale",
         .because = "a shortcut; the seq_cst load below it decides"},
        {.file = "deque.h",
         .text = "top_.compare_exchange_strong",
         .change = "seq_cst -> acq_rel",
         .because = "as published; acq_rel is enough by C++20's rule for coherence-ordered "
                    "operations, but not by C++11's, and the instructions are the same"}}};

TEST(Deque, Holds) { expect_holds(deque); }
TEST(Deque, EveryBreakageIsCaught) { expect_all_caught(deque); }

} // namespace
} // namespace runnel::model
