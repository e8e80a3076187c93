// The interface of runnel/detail/sched.h: where primitives meet goroutines, threads and
// simulations.

#include "fiber/sanitizer.h"
#include "runnel/detail/sched.h"

#include "runnel/detail/wait_queue.h"
#include "runnel/goroutine.h"
#include "sched/worker.h"
#include "testing/world.h"

#include <algorithm>
#include <cstring>
#include <thread>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

void adopt_worker_thread(worker& w) noexcept {
  thread_pointer = &w.thread;
  adopt_stack(w);
}

owner self() noexcept {
  thread_state& t = this_thread();
  if (worker* w = t.runs; w && w->current)
    return owner(static_cast<task*>(w->current));
  return owner(&t.sleep);
}

namespace {

void note_wait(wait_note& note, reason why, const void* object) noexcept {
  note.why.store(why, std::memory_order_relaxed);
  note.object.store(object, std::memory_order_relaxed);
  note.since.store(the_scheduler.coarse_now.load(std::memory_order_relaxed),
                   std::memory_order_relaxed);
}

void clear_wait(wait_note& note) noexcept {
  note.why.store(reason::none, std::memory_order_relaxed);
}

} // namespace

void park(reason why, const void* object, after_switch after, void* arg) noexcept {
  thread_state& t = this_thread();
  worker* w = t.runs;
  if (w && w->current) [[likely]] {
    fiber& me = *w->current;
    note_wait(me.note, why, object);
    w->park_current(after, arg);
    clear_wait(me.note);
    return;
  }
  note_wait(t.note, why, object);
  after(arg);
  the_scheduler.foreign_sleeps();
  t.sleep.park(); // whoever wakes us counts us as awake: see ready()
  clear_wait(t.note);
}

void ready(owner who) noexcept {
  if (who.is_thread()) {
    // Before the thread runs, so that it never counts as asleep when it is not.
    the_scheduler.foreign_wakes();
    who.as_thread()->unpark();
    return;
  }
  task& t = *who.as_task();
#if RUNNEL_TSAN
  __tsan_release(&t); // what the waker did happens before what the woken does; see switch_from
#endif
  if (simulating()) [[unlikely]]
    if (world::ready(t))
      return;
  if (worker* w = this_worker(); w && !w->sim) [[likely]]
    w->make_ready(t);
  else
    the_scheduler.inject(t);
}

void ready_all(waiter* first) noexcept {
  if (!first)
    return;
  if (!first->next) {
    ready(first->who);
    return;
  }
  worker* w = this_worker();
  const bool queue_here = w && !w->sim && !simulating();
  while (first) {
    owner who = first->who;
    first = first->next; // before the waiter runs: after that it may be gone
    if (!queue_here || who.is_thread()) {
      ready(who);
      continue;
    }
    // To the end of the queue: by way of the slot each would overtake the one before.
    task& t = *who.as_task();
#if RUNNEL_TSAN
    __tsan_release(&t);
#endif
    if (!t.run)
      static_cast<fiber&>(t).state.store(fiber_state::ready, std::memory_order_relaxed);
    w->enqueue(t);
  }
}

void start(closure& c) noexcept {
#if RUNNEL_TSAN
  __tsan_release(&c); // acquired by the goroutine as it begins: see fiber_main
#endif
  worker* w = this_worker();
  if (!w) [[unlikely]] {
    the_scheduler.ensure_started();
    c.id = the_scheduler.take_ids(1);
    the_scheduler.started_outside.fetch_add(1, std::memory_order_relaxed);
    the_scheduler.inject(c);
  } else if (w->sim) [[unlikely]] {
    w->sim->start(c);
  } else {
    w->start(c);
  }
}

void decide_slowly(const void* object) noexcept {
  worker* w = this_worker();
  if (w && w->sim && w->current)
    w->sim->decision(object);
}

void decide_or_give_way(const void* object) noexcept {
  worker* w = this_worker();
  if (!w || !w->current)
    return;
  if (w->sim)
    w->sim->decision(object);
  else if (w->stuck.load(std::memory_order_relaxed))
    w->give_way();
}

std::uint32_t choose(std::uint32_t n) noexcept {
  thread_state& t = this_thread();
  if (t.runs && t.runs->sim) [[unlikely]]
    return t.runs->sim->choose(n);
  return t.rng.below(n);
}

std::uint64_t current_id() noexcept {
  worker* w = this_worker();
  return w && w->current ? w->current->id : 0;
}

std::uint8_t stack_class_of(std::size_t bytes) noexcept {
  return static_cast<std::uint8_t>(stack_pool::class_of(bytes) + 1);
}

void enter_blocking() noexcept {
  worker* w = this_worker();
  if (!w || w->sim || !w->current)
    return;
  if (task* t = w->next.take())
    w->enqueue(*t);
  the_scheduler.away(*w);
}

void leave_blocking() noexcept {
  worker* w = this_worker();
  if (!w || w->sim || !w->current)
    return;
  the_scheduler.back(*w);
}

} // namespace runnel::detail

namespace runnel {

using namespace detail;

void yield() {
  worker* w = this_worker();
  if (!w || !w->current)
    std::this_thread::yield();
  else if (w->sim)
    w->sim->yield();
  else
    w->yield_current();
}

std::uint64_t this_goroutine::id() { return current_id(); }

void this_goroutine::set_name(std::string_view name) {
  worker* w = this_worker();
  if (!w || !w->current)
    return;
  std::size_t n = std::min(name.size(), sizeof w->current->name - 1);
  std::memcpy(w->current->name, name.data(), n);
  w->current->name[n] = 0;
}

} // namespace runnel

RUNNEL_OWN_DATA_END
