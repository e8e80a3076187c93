// A worker's slot for the task that is to run next. Guarded by test/runtime/model.
//
// The owner puts and takes at every switch, a thief takes once in a while: a task that its worker,
// busy with something long, has let lie. So the owner pays for no atomic read-modify-write; the
// thief pays for both with a heavy fence.
//
//   thief_    to        by
//   none      busy      steal()
//   busy      none      the same, once it has taken or left the task
//   always    -         set in the constructor, where there is no heavy fence
//
// 1. Only the owner stores a task. While thief_ is none, only the owner takes one, by plain stores
//    between owner_ = 1 and owner_ = 0; otherwise everybody takes by an exchange.
// 2. The owner sets owner_, then looks at thief_; the thief sets thief_, then looks at owner_; with
//    a fence between, on both sides. So one sees the other: the owner exchanges, or the thief
//    leaves.
//
// Memory order: put() releases the task, steal() acquires it. The owner acquires thief_, to see
// that a task which an earlier thief took is gone; the thief acquires owner_, for the same reason.
//
// Rejected: an exchange on both sides (an atomic operation costs the owner some 3 ns, twice a
// switch); a slot that nobody else may take from (its task would wait for as long as the worker is
// busy).
#pragma once

#include "runnel/detail/shim.h"

namespace runnel::detail {

template <class T> class wake_slot {
public:
  /// `fenced`: there is a heavy fence (see shim.h).
  explicit wake_slot(bool fenced) noexcept : thief_(fenced ? none : always) {}

  /// What is there. For others than the owner: old when they read it, and not theirs to follow.
  T* peek() const noexcept { return task_.load(std::memory_order_relaxed); }

  /// Owner. What was there before, or null.
  T* put(T* item) noexcept {
    T* before = take();
    task_.store(item, std::memory_order_release);
    return before;
  }

  /// Owner.
  T* take() noexcept {
    if (!peek())
      return nullptr;
    owner_.store(1, std::memory_order_relaxed);
    light_fence();
    if (thief_.load(std::memory_order_acquire) != none) [[unlikely]] {
      owner_.store(0, std::memory_order_relaxed);
      return task_.exchange(nullptr, std::memory_order_relaxed);
    }
    T* item = task_.load(std::memory_order_relaxed);
    task_.store(nullptr, std::memory_order_relaxed);
    owner_.store(0, std::memory_order_release);
    return item;
  }

  /// Anybody else; null also if owner or thief was at it.
  T* steal() noexcept {
    if (!peek())
      return nullptr;
    std::uint32_t seen = none;
    if (!thief_.compare_exchange_strong(seen, busy, std::memory_order_relaxed))
      return seen == always ? task_.exchange(nullptr, std::memory_order_acquire) : nullptr;
    heavy_fence();
    T* item = nullptr;
    if (owner_.load(std::memory_order_acquire) == 0)
      item = task_.exchange(nullptr, std::memory_order_acquire);
    thief_.store(none, std::memory_order_release);
    return item;
  }

private:
  static constexpr std::uint32_t none = 0, busy = 1, always = 2;

  atomic<T*> task_{nullptr};
  atomic<std::uint32_t> owner_{0};
  atomic<std::uint32_t> thief_;
};

} // namespace runnel::detail
