// Where an OS thread sleeps until it is unparked. Guarded by test/runtime/model.
//
//   state      to         by
//   empty      sleeping   park(), before it waits
//   empty      notified   unpark() before park(): the next park() returns at once
//   sleeping   notified   unpark(), which then wakes the sleeper
//   notified   empty      park(), as it returns
//
// 1. Each unpark() ends exactly one park(), in whichever order they come; there is at most one
//    unpark() for a park().
// 2. unpark()'s last touch of the object is the exchange. The wake after it uses the address only,
//    so the sleeper may be gone by then; parkers of threads live in memory that is never unmapped.
#pragma once

#include "runnel/detail/shim.h"

namespace runnel::detail {

struct parker {
  void park() noexcept {
    std::uint32_t seen = empty;
    if (state_.compare_exchange_strong(seen, sleeping, std::memory_order_relaxed,
                                       std::memory_order_acquire))
      while (state_.load(std::memory_order_acquire) == sleeping)
        wait_on(state_, sleeping);
    state_.store(empty, std::memory_order_relaxed);
  }

  /// False: the time passed and nobody unparked. The park is then over all the same.
  bool park_for(std::int64_t nanoseconds) noexcept {
    std::uint32_t seen = empty;
    if (state_.compare_exchange_strong(seen, sleeping, std::memory_order_relaxed,
                                       std::memory_order_acquire)) {
      wait_on_for(state_, sleeping, nanoseconds);
      seen = sleeping;
      if (state_.compare_exchange_strong(seen, empty, std::memory_order_relaxed,
                                         std::memory_order_acquire))
        return false;
    }
    state_.store(empty, std::memory_order_relaxed);
    return true;
  }

  void unpark() noexcept {
    if (state_.exchange(notified, std::memory_order_release) == sleeping)
      wake_one(state_);
  }

private:
  static constexpr std::uint32_t empty = 0, sleeping = 1, notified = 2;
  atomic<std::uint32_t> state_{empty};
};

} // namespace runnel::detail
