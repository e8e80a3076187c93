// sched.h's functions over model threads.
#include "protocols/scheduler.h"

#include "runnel/detail/wait_queue.h"
#include "sched/scheduler.h"

#include <cstdlib>
#include <new>

namespace runnel::model {

namespace {
actors* current = nullptr;
}
actors::actors() { current = this; }
actors::~actors() { current = nullptr; }
actors& actors::now() { return *current; }

} // namespace runnel::model

namespace runnel::detail {

using runnel::model::actors;

atomic<std::uint32_t> attention{0};
constinit scheduler the_scheduler; // asked only how many workers there are: none

owner self() noexcept { return owner(&actors::now().me()); }

void ready(owner who) noexcept {
  auto& other = *static_cast<actors::actor*>(who.as_task());
  // It is resumed from here: its context must have been saved, and be seen.
  RUNNEL_MODEL_REQUIRE(other.context == 1);
  other.wake.unpark();
}

void ready_all(waiter* first) noexcept {
  while (first) {
    const owner who = first->who;
    first = first->next; // before ready(): after it the waiter may be gone
    ready(who);
  }
}

void park(reason, const void*, after_switch after, void* arg) noexcept {
  actors::actor& me = actors::now().me();
  me.context = 1;
  if (after)
    after(arg);
  me.wake.park();
  me.context = 0;
}

void park_until(reason, const void*, after_switch after, void* arg, select_token& token,
                clock::time_point) noexcept {
  actors::actor& me = actors::now().me();
  me.context = 1;
  // The timer may fire at any moment from now on. It is done with the token before we return:
  // that is the timer heap's promise.
  model::thread timer([&] {
    if (token.claim(select_token::timed_out))
      me.wake.unpark();
  });
  if (after)
    after(arg);
  me.wake.park();
  timer.join();
  me.context = 0;
}

void decide_slowly(const void*) noexcept {}
void decide_or_give_way(const void*) noexcept {}
std::uint32_t choose(std::uint32_t n) noexcept { return n > 1 ? model::choose(n) : 0; }
void* allocate_node(std::size_t bytes) { return ::operator new(bytes); }
void free_node(void* node, std::size_t) noexcept { ::operator delete(node); }
void start(closure&) noexcept { std::abort(); } // models start their threads themselves
std::uint64_t current_id() noexcept { return 0; }

} // namespace runnel::detail

/// No time passes: timers fire when the model chooses.
runnel::clock::time_point runnel::clock::now() noexcept { return {}; }
