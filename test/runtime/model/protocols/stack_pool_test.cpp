// fiber/stack_pool.h: a stack belongs to one party at a time, whatever is trimmed meanwhile, and a
// report that walks over all of them finds each laid out.
#include "protocols/scheduler.h"

#include "fiber/stack_pool.h"

#include <gtest/gtest.h>
#include <memory>

namespace runnel::model {
namespace {

using detail::fiber;
using detail::stack_list;
using detail::stack_pool;

options slabs_stay() {
  options o;
  o.check_leaks = false; // slabs are never given back
  return o;
}

options two_preemptions() {
  options o = slabs_stay();
  o.preemptions = 2; // all of them take minutes
  return o;
}

// Written and read without any order of its own: two holders at once are a data race.
fiber* take_and_mark(stack_pool& pool, std::uint64_t mark) {
  fiber* f = pool.take(0);
  RUNNEL_MODEL_REQUIRE(f && f->slot && f->guarded);
  f->id = mark;
  return f;
}

void use(stack_pool& pool, std::uint64_t mark) {
  fiber* f = take_and_mark(pool, mark);
  RUNNEL_MODEL_REQUIRE(f->id == mark);
  pool.give(f);
}

void two_use_it() {
  stack_pool pool;
  in_parallel([&] { use(pool, 1); }, [&] { use(pool, 2); });
  RUNNEL_MODEL_REQUIRE(pool.made() == pool.free());
}

void trimmed_while_in_use() {
  stack_pool pool;
  use(pool, 1);
  in_parallel(
      [&] {
        use(pool, 2);
        cover(pool.made() == 1 ? "one made" : "two made");
      },
      [&] { cover(pool.trim(stack_pool::surplus::all) != 0 ? "trimmed" : "nothing to trim"); });
  RUNNEL_MODEL_REQUIRE(pool.made() == pool.free());
  RUNNEL_MODEL_REQUIRE(pool.cold() <= pool.free());
}

void two_trim() {
  stack_pool pool;
  fiber* a = take_and_mark(pool, 1);
  fiber* b = take_and_mark(pool, 2);
  pool.give(a);
  pool.give(b);
  std::size_t trimmed[2]{};
  in_parallel([&] { trimmed[0] = pool.trim(stack_pool::surplus::all); },
              [&] { trimmed[1] = pool.trim(stack_pool::surplus::all); });
  RUNNEL_MODEL_REQUIRE(trimmed[0] + trimmed[1] == 2 && pool.cold() == 2);
  a = take_and_mark(pool, 3);
  b = take_and_mark(pool, 4);
  RUNNEL_MODEL_REQUIRE(a != b && pool.cold() == 0 && pool.made() == 2);
}

void in_batches() {
  stack_pool pool;
  use(pool, 4);
  in_parallel(
      [&] {
        stack_list mine;
        mine.push(take_and_mark(pool, 1));
        mine.push(take_and_mark(pool, 2));
        pool.give(mine, 1, 0);
        RUNNEL_MODEL_REQUIRE(mine.size == 1);
        pool.give(mine, 0, 0);
      },
      [&] {
        stack_list mine;
        pool.refill(mine, 0);
        cover(mine.size == 0 ? "none" : "some");
        for (fiber* f = mine.head; f; f = static_cast<fiber*>(f->link))
          f->id = 3;
        pool.give(mine, 0, 0);
      });
  RUNNEL_MODEL_REQUIRE(pool.made() <= 3 && pool.free() == pool.made());
}

void walking() {
  stack_pool pool;
  in_parallel(
      [&] {
        (void)pool.take(0);
        (void)pool.take(0);
      },
      [&] {
        unsigned seen = 0;
        pool.for_each([&](fiber& f) {
          RUNNEL_MODEL_REQUIRE(f.slot && pool.find(f.slot + 5000) == &f);
          ++seen;
        });
        RUNNEL_MODEL_REQUIRE(seen <= 2);
        cover(seen == 2 ? "both" : "not both");
      });
}

// A fault's handler asks about an address in a slot that is just being handed out.
void finding() {
  stack_pool pool;
  fiber* first = pool.take(0);
  in_parallel([&] { (void)pool.take(0); },
              [&] {
                fiber* f = pool.find(first->slot + stack_pool::size_of(0) + 5000);
                if (f)
                  RUNNEL_MODEL_REQUIRE(f->slot == first->slot + stack_pool::size_of(0));
                cover(f ? "found" : "too early");
              });
}

const protocol pooling{
    .name = "stack pool",
    .files = {"stack_pool.h", "stack_pool.cpp"},
    .scenarios = {{.name = "two use it", .body = two_use_it, .how = two_preemptions()},
                  {.name = "trimmed while in use",
                   .body = trimmed_while_in_use,
                   .how = two_preemptions(),
                   .must_cover = {"one made", "two made", "trimmed", "nothing to trim"}},
                  {.name = "two trim", .body = two_trim, .how = two_preemptions()},
                  {.name = "in batches",
                   .body = in_batches,
                   .how = two_preemptions(),
                   .must_cover = {"none", "some"}},
                  {.name = "walking",
                   .body = walking,
                   .how = slabs_stay(),
                   .must_cover = {"both", "not both"}},
                  {.name = "finding",
                   .body = finding,
                   .how = slabs_stay(),
                   .must_cover = {"found", "too early"}}},
    .exceptions = {{.file = "stack_pool.cpp",
                    .text = "for (slab* s = slabs_.load(std::memory_order_acquire)",
                    .change = "acquire -> relaxed",
                    .because = "an address in a slab is known only to who has seen the slab"},
                   {.file = "stack_pool.cpp",
                    .text = "return index < s->used.load(std::memory_order_acquire)",
                    .change = "stale",
                    .because = "a stack that is just being made is no one's yet"}}};

TEST(StackPool, Holds) { expect_holds(pooling); }
TEST(StackPool, EveryBreakageIsCaught) { expect_all_caught(pooling); }

} // namespace
} // namespace runnel::model
