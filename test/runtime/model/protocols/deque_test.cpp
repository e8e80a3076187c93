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

// What a parking worker relies on: after its own seq_cst step it sees what was pushed before the
// pusher's (the handshake in scheduler.h, 2).
void size_takes_part_in_the_total_order() {
  table t;
  atomic<int> idle{0};
  bool pusher_saw = false, idler_saw = false;
  std::int64_t last_look = 0;
  in_parallel(
      [&] {
        t.push();
        pusher_saw = idle.exchange(2, order::seq_cst) == 1;
      },
      [&] {
        idler_saw = idle.exchange(1, order::seq_cst) == 2;
        last_look = t.size();
      });
  RUNNEL_MODEL_REQUIRE(pusher_saw || idler_saw || last_look == 1);
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
                  {.name = "a steal makes room", .body = steal_makes_room},
                  {.name = "size in the total order", .body = size_takes_part_in_the_total_order}}};

TEST(Deque, Holds) { expect_holds(deque); }
TEST(Deque, EveryBreakageIsCaught) { expect_all_caught(deque); }

} // namespace
} // namespace runnel::model
