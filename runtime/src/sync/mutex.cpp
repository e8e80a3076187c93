// mutex: the slow paths. Guarded by test/runtime/model and unit/mutex_test.cpp.
//
//   bit       set by                                  cleared by
//   locked    whoever takes the lock; a hand-over     unlock
//   waiters   a party that queues                     the unlock that wakes the last one
//   guard     whoever works on the queue              the same, by its last touch of the mutex
//   woken     an unlock that wakes a waiter           that waiter: it has the lock, or queues
//
// 1. `queue_` belongs to the holder of `guard`. While guard and locked are both set, no other bit
//    changes: lockers wait, and the fast unlock fails.
// 2. The last touch of the mutex in unlock() is the store that lets go of guard, or the exchange
//    that lets go of locked; what follows touches the woken party only.
// 3. A waiter that lost `patience` races is handed the lock while it sleeps: none waits for ever.
//
// Rejected: always handing over (each contended unlock would cost a switch); a spin lock beside the
// state (unlock could not be one atomic operation and the object die after it).

#include "runnel/mutex.h"

#include "runnel/errors.h"

#include "sched/scheduler.h"

namespace runnel {

namespace {
constexpr std::uint32_t patience = 4;
constexpr unsigned polite_spins = 24;
} // namespace

void mutex::leave_guard(void* self) noexcept {
  static_cast<mutex*>(self)->state_.fetch_and(~guard, std::memory_order_release);
}

void mutex::lock_slowly() noexcept {
  using namespace detail;
  waiter w;
  w.who = self();
  bool was_woken = false;
  // The holder may be about to leave, if it runs on another CPU.
  unsigned spins = !simulating() && the_scheduler.workers_wanted() > 1 ? 0 : polite_spins;
  unsigned round = 0;
  for (;;) {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    const std::uint32_t mine = was_woken ? woken : 0;
    if (!(seen & locked)) {
      if (state_.compare_exchange_weak(seen, (seen | locked) & ~mine, std::memory_order_acquire,
                                       std::memory_order_relaxed))
        return;
      continue;
    }
    if (spins < polite_spins && !(seen & waiters)) {
      spin_hint(0);
      ++spins;
      continue;
    }
    if (seen & guard) {
      spin_hint(round++);
      continue;
    }
    if (!state_.compare_exchange_weak(seen, (seen | guard | waiters) & ~mine,
                                      std::memory_order_acquire, std::memory_order_relaxed))
      continue;
    // w.index counts lost races; who has lost some goes first.
    w.ok = false;
    if (w.index == 0)
      queue_.push(w);
    else
      queue_.push_front(w);
    park(reason::mutex, this, leave_guard, this);
    if (w.ok)
      return; // handed over
    ++w.index;
    was_woken = true;
    round = 0;
  }
}

void mutex::unlock_slowly() {
  using namespace detail;
  for (unsigned round = 0;;) {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    if (!(seen & locked))
      throw_sync_error("runnel: unlock of an unlocked mutex");
    if (seen & guard) {
      spin_hint(round++);
      continue;
    }
    if (!(seen & waiters) || (seen & woken)) {
      if (state_.compare_exchange_weak(seen, seen & ~locked, std::memory_order_release,
                                       std::memory_order_relaxed))
        return;
      continue;
    }
    if (!state_.compare_exchange_weak(seen, seen | guard, std::memory_order_acquire,
                                      std::memory_order_relaxed))
      continue;
    waiter* w = queue_.pop_claimed();
    const bool hand_over = w->index >= patience;
    const std::uint32_t still = queue_.empty() ? 0 : waiters;
    owner who = w->who;
    w->ok = hand_over;
    state_.store(still | (hand_over ? locked : woken), std::memory_order_release);
    ready(who);
    return;
  }
}

} // namespace runnel
