// sched/wake_slot.h: each task is taken once, by the owner or by a thief, with its contents.
#include "protocols/scheduler.h"

#include "sched/wake_slot.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

struct item {
  int contents = 0;
  int taken = 0;
};

class table {
public:
  explicit table(bool fenced) : slot_(fenced) {}

  void put() {
    item& i = items_[put_];
    i.contents = ++put_;
    check(slot_.put(&i));
  }
  item* take() { return check(slot_.take()); }
  item* steal() { return check(slot_.steal()); }
  void finish() {
    take();
    for (int i = 0; i < put_; ++i)
      RUNNEL_MODEL_REQUIRE(items_[i].taken == 1);
    RUNNEL_MODEL_REQUIRE(!slot_.peek());
  }

private:
  item* check(item* i) {
    if (i) {
      RUNNEL_MODEL_REQUIRE(i->contents == static_cast<int>(i - items_) + 1);
      ++i->taken; // a race, if two take it
    }
    return i;
  }

  detail::wake_slot<item> slot_;
  item items_[4];
  int put_ = 0;
};

void owner_against_thief(bool fenced) {
  table t(fenced);
  t.put();
  in_parallel(
      [&] {
        if (!t.take())
          cover("it was gone");
        t.put();
        t.take();
      },
      [&] {
        if (t.steal())
          cover("stolen");
      });
  t.finish();
}

// What is there is displaced, to be queued elsewhere.
void displaced(bool fenced) {
  table t(fenced);
  t.put();
  in_parallel([&] { t.put(); },
              [&] {
                if (t.steal())
                  cover("stolen");
              });
  t.finish();
}

void two_thieves(bool fenced) {
  table t(fenced);
  t.put();
  in_parallel([&] { t.take(); },
              [&] {
                if (t.steal())
                  cover("stolen by one");
              },
              [&] {
                if (t.steal())
                  cover("stolen by another");
              });
  t.finish();
}

// The next thief, and the owner after a thief has been there.
void one_after_the_other() {
  table t(true);
  t.put();
  in_parallel(
      [&] {
        t.take();
        t.put();
        t.take();
      },
      [&] {
        t.steal();
        if (t.steal())
          cover("stolen again");
      });
  t.finish();
}

// With stores that may become visible out of order: what keeps owner_ = 0 behind the task's going.
options any_order() {
  options o;
  o.place_stores = true;
  return o;
}

void only_take_and_steal() {
  table t(true);
  t.put();
  in_parallel([&] { t.take(); },
              [&] {
                if (t.steal())
                  cover("stolen");
              });
  t.finish();
}

const protocol slot{
    .name = "wake slot",
    .files = {"wake_slot.h"},
    .scenarios = {{.name = "owner against thief",
                   .body = [] { owner_against_thief(true); },
                   .must_cover = {"stolen", "it was gone"}},
                  {.name = "owner against thief, without fences",
                   .body = [] { owner_against_thief(false); },
                   .must_cover = {"stolen", "it was gone"}},
                  {.name = "displaced", .body = [] { displaced(true); }, .must_cover = {"stolen"}},
                  {.name = "displaced, without fences",
                   .body = [] { displaced(false); },
                   .must_cover = {"stolen"}},
                  {.name = "two thieves",
                   .body = [] { two_thieves(true); },
                   .must_cover = {"stolen by one", "stolen by another"}},
                  {.name = "take against steal, in any order",
                   .body = only_take_and_steal,
                   .how = any_order(),
                   .must_cover = {"stolen"}},
                  {.name = "one after the other",
                   .body = one_after_the_other,
                   .must_cover = {"stolen again"}}},
    .exceptions = {{.file = "wake_slot.h",
                    .text = "T* peek() const noexcept",
                    .change = "stale",
                    .because = "a thief's shortcut; the owner always knows its own last store"}}};

TEST(WakeSlot, Holds) { expect_holds(slot); }
TEST(WakeSlot, EveryBreakageIsCaught) { expect_all_caught(slot); }

} // namespace
} // namespace runnel::model
