// once: what the one call did is seen by everybody who returns, on the fast path too.
#include "protocols/scheduler.h"

#include "runnel/once.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

void two_call() {
  const actors who;
  once first;
  int runs = 0;
  const auto call = [&] {
    first.call([&] { ++runs; });
    RUNNEL_MODEL_REQUIRE(runs == 1);
  };
  in_parallel(call, call);
}

void called_again() {
  const actors who;
  once first;
  int runs = 0;
  const auto call = [&] {
    first.call([&] { ++runs; });
    RUNNEL_MODEL_REQUIRE(runs == 1);
  };
  in_parallel(
      [&] {
        call();
        call();
      },
      call);
}

// Whoever runs first: it counts, thrown or not.
void a_throw_counts() {
  const actors who;
  once first;
  int runs = 0;
  const auto call = [&](bool throws) {
    try {
      first.call([&] {
        ++runs;
        if (throws)
          throw 1;
      });
    } catch (int) { cover("thrown"); }
    RUNNEL_MODEL_REQUIRE(runs == 1);
  };
  in_parallel([&] { call(true); }, [&] { call(false); });
}

const protocol one_time{
    .name = "once",
    .files = {"once.h"},
    .scenarios = {{.name = "two call", .body = two_call},
                  {.name = "called again", .body = called_again},
                  {.name = "a throw counts", .body = a_throw_counts, .must_cover = {"thrown"}}}};

TEST(Once, Holds) { expect_holds(one_time); }
TEST(Once, EveryBreakageIsCaught) { expect_all_caught(one_time); }

} // namespace
} // namespace runnel::model
