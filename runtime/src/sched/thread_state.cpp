// What the runtime keeps for each OS thread that uses it.

#include "sched/thread_state.h"
#include "fiber/sanitizer.h"

#include "runnel/detail/spin_lock.h"
#include "sched/scheduler.h"

#include <mutex>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

constinit thread_local thread_state* thread_pointer = nullptr;

namespace {

constinit spin_lock all_lock;
constinit std::atomic<thread_state*> all{nullptr};

// Gives the state back when the thread ends. Apart from thread_pointer, which is plain and fast.
struct at_thread_exit {
  thread_state* state = nullptr;
  ~at_thread_exit() {
    if (!state)
      return;
    empty_cache(state->nodes);
    thread_pointer = nullptr;
    state->in_use.store(false, std::memory_order_release);
    the_scheduler.foreign_sleeps();
  }
};
thread_local at_thread_exit exit_guard;

} // namespace

thread_state& this_thread() {
  thread_state* t = thread_pointer;
  asm volatile("" : "+r"(t) : : "memory");
  if (!t) [[unlikely]]
    return adopt_thread();
  return *t;
}

thread_state& adopt_thread() {
  thread_state* mine = nullptr;
  {
    std::lock_guard hold(all_lock);
    std::uint32_t count = 0;
    for (thread_state* t = all.load(std::memory_order_relaxed); t; t = t->next, ++count)
      if (!mine && !t->in_use.load(std::memory_order_acquire)) {
        t->in_use.store(true, std::memory_order_relaxed);
        mine = t;
      }
    if (!mine) {
      mine = new thread_state;
      mine->number = count + 1;
      mine->next = all.load(std::memory_order_relaxed);
      all.store(mine, std::memory_order_release);
    }
  }
  thread_pointer = mine;
  exit_guard.state = mine;
  the_scheduler.foreign_wakes();
  return *mine;
}

thread_state* foreign_threads() noexcept { return all.load(std::memory_order_acquire); }

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
