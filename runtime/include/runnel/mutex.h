// mutex: mutual exclusion that blocks the calling goroutine alone.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/sched.h"
#include "runnel/detail/wait_queue.h"

#include <mutex> // the guards that users hold it with

namespace runnel {

/// A Lockable for std::lock_guard, std::unique_lock and std::scoped_lock.
///
///     runnel::mutex m;
///     int n = 0;
///     {
///       std::lock_guard hold(m);
///       ++n;
///     }
///
/// As in Go it belongs to no goroutine: another may unlock it. Not recursive. Unlocking what is not
/// locked throws sync_error. May be destroyed as soon as the last lock() has returned and been
/// undone, while that unlock() is still on its way out.
/// Thread safety: any party, goroutine or thread; only construction and destruction need care.
/// Size: 24 bytes, no allocation. Cost: one atomic operation each when nobody waits. Waiters queue;
/// a running party may overtake a woken one, but not for ever: after a few lost races a waiter is
/// handed the lock. Memory order: unlock() happens before the lock() that follows it.
class mutex {
public:
  constexpr mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void lock() {
    detail::blocking_point(this);
    std::uint32_t seen = 0;
    if (!state_.compare_exchange_strong(seen, locked, std::memory_order_acquire,
                                        std::memory_order_relaxed)) [[unlikely]]
      lock_slowly();
  }
  [[nodiscard]] bool try_lock() {
    detail::decision_point(this);
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while (!(seen & locked))
      if (state_.compare_exchange_weak(seen, seen | locked, std::memory_order_acquire,
                                       std::memory_order_relaxed))
        return true;
    return false;
  }
  void unlock() {
    detail::decision_point(this);
    std::uint32_t seen = locked;
    if (!state_.compare_exchange_strong(seen, 0, std::memory_order_release,
                                        std::memory_order_relaxed)) [[unlikely]]
      unlock_slowly();
  }

private:
  friend class once;
  // The bits of state_. The queue belongs to whoever set `guard`; `woken`: a waiter is on its way
  // to try again, so an unlock need not wake another.
  static constexpr std::uint32_t locked = 1, waiters = 2, guard = 4, woken = 8;

  void lock_slowly() noexcept;
  void unlock_slowly();
  static void leave_guard(void* self) noexcept;

  detail::atomic<std::uint32_t> state_{0};
  detail::wait_queue queue_;
};

} // namespace runnel
