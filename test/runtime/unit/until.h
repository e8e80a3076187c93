// For tests: goes on once others wait, however long the machine takes.
#pragma once

#include "fiber/stack_pool.h"
#include "runnel/runnel.h"
#include "sched/thread_state.h"

namespace until {

template <class Waits> void parked(std::size_t n, Waits waits) {
  for (std::size_t found = 0; found < n;) {
    runnel::yield();
    found = 0;
    runnel::detail::stacks().for_each([&](runnel::detail::fiber& f) {
      found += f.state.load(std::memory_order_acquire) == runnel::detail::fiber_state::parked &&
               waits(f.note);
    });
    for (auto* t = runnel::detail::foreign_threads(); t; t = t->next)
      found += t->in_use.load(std::memory_order_acquire) && waits(t->note);
  }
}

/// n goroutines or threads wait for this mutex or the like. A waiter is queued before its lock is
/// free.
inline void waiting(const void* object, std::size_t n = 1) {
  parked(n, [=](const runnel::detail::wait_note& note) {
    return note.why.load(std::memory_order_relaxed) != runnel::detail::reason::none &&
           note.object.load(std::memory_order_relaxed) == object;
  });
}
template <class T> void waiting(const runnel::channel<T>& c, std::size_t n = 1) {
  waiting(static_cast<const void*>(c.handle().core()), n);
}
/// n goroutines wait in a select.
inline void selecting(std::size_t n = 1) {
  parked(n, [](const runnel::detail::wait_note& note) {
    return note.why.load(std::memory_order_relaxed) == runnel::detail::reason::select;
  });
}

} // namespace until
