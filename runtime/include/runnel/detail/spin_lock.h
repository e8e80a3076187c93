// The lock of channels, wait queues and timer heaps: one word, spinning, gone with its last store.
// Guarded by test/runtime/model.
//
// 1. unlock() is one store and touches nothing afterwards, so whoever gets the lock next may
//    destroy it at once. (A lock that has sleepers to wake cannot promise that.)
// 2. No user code that may block, and no switch of stacks, happens between lock() and unlock() on
//    one stack. A parking goroutine hands its lock to the stack it switches to, which unlocks.
//
// Memory order: lock() acquires what the previous unlock() released.
#pragma once

#include "runnel/detail/shim.h"

namespace runnel::detail {

class spin_lock {
public:
  constexpr spin_lock() noexcept = default;
  spin_lock(const spin_lock&) = delete;
  spin_lock& operator=(const spin_lock&) = delete;

  void lock() noexcept {
    if (word_.exchange(1, std::memory_order_acquire) != 0) [[unlikely]]
      lock_slowly();
  }
  bool try_lock() noexcept {
    return word_.load(std::memory_order_relaxed) == 0 &&
           word_.exchange(1, std::memory_order_acquire) == 0;
  }
  void unlock() noexcept { word_.store(0, std::memory_order_release); }

private:
  // Out of the way of the callers' code; waits with plain loads so that the holder keeps its line.
  [[gnu::noinline]] void lock_slowly() noexcept {
    unsigned round = 0;
    do {
      while (word_.load(std::memory_order_relaxed) != 0)
        spin_hint(round++);
    } while (word_.exchange(1, std::memory_order_acquire) != 0);
  }

  atomic<std::uint32_t> word_{0};
};

} // namespace runnel::detail
