// runnel/detail/join_state.h and its functions in sched/run.cpp: the joiner sees the result, wakes
// once, and the state is freed once: by the handle, or by the goroutine if it was detached.
#include "protocols/scheduler.h"

#include "runnel/detail/join_state.h"

#include <gtest/gtest.h>

namespace runnel::model {
namespace {

/// Runs `body` as a goroutine's code in one model thread and `joiner` in another.
template <class Body, class Joiner> void run(Body body, Joiner joiner) {
  const actors who;
  using state = detail::spawned<int, detail::bound_t<Body>>;
  auto* s = detail::make_node<state>(std::source_location::current(), body);
  in_parallel([s] { s->run(s); }, [s, &joiner] { joiner(*s); });
}

void join() {
  int before = 0;
  run(
      [&] {
        before = 1;
        return 42;
      },
      [&](detail::join_state<int>& s) {
        s.wait();
        RUNNEL_MODEL_REQUIRE(s.take() == 42 && before == 1);
        s.free();
      });
}

void look_then_leave() {
  int before = 0;
  run(
      [&] {
        before = 1;
        return 42;
      },
      [&](detail::join_state<int>& s) {
        if (s.done()) {
          cover("done");
          RUNNEL_MODEL_REQUIRE(before == 1 && s.take() == 42);
        }
        s.detach();
      });
}

void join_what_throws() {
  run([]() -> int { throw 7; },
      [](detail::join_state<int>& s) {
        s.wait();
        int caught = 0;
        try {
          (void)s.take();
        } catch (int v) { caught = v; }
        RUNNEL_MODEL_REQUIRE(caught == 7);
        s.free();
      });
}

const protocol joining{
    .name = "joining",
    .files = {"join_state.h", "sched/run.cpp"},
    .scenarios = {{.name = "join", .body = join},
                  {.name = "look, then leave", .body = look_then_leave, .must_cover = {"done"}},
                  {.name = "join what throws", .body = join_what_throws}}};

TEST(Joining, Holds) { expect_holds(joining); }
TEST(Joining, EveryBreakageIsCaught) { expect_all_caught(joining); }

} // namespace
} // namespace runnel::model
