// The ring of woken tasks of one worker: first in, first out; thieves take half.
// Guarded by test/runtime/model.
//
// 1. Only the owner writes slots and `tail_`; anybody advances `head_`, by CAS, after reading what
//    it takes.
// 2. tail_ - head_ <= size, so a slot is not overwritten before it has been taken.
//
// Memory order: push releases the slot; a taker acquires `tail_` before it reads slots, and its CAS
// on `head_` releases them back to the owner, who acquires `head_` before it writes.
#pragma once

#include "runnel/detail/shim.h"

#include <cstddef>

namespace runnel::detail {

template <class T, std::uint32_t Size = 256> class run_ring {
  static_assert((Size & (Size - 1)) == 0, "a power of two");

public:
  /// Owner. False: full.
  bool push(T* item) noexcept {
    std::uint32_t t = tail_.load(std::memory_order_relaxed);
    if (t - head_.load(std::memory_order_acquire) == Size)
      return false;
    slots_[t % Size].store(item, std::memory_order_relaxed);
    tail_.store(t + 1, std::memory_order_release);
    return true;
  }

  /// Owner: the oldest, or null.
  T* pop() noexcept {
    std::uint32_t h = head_.load(std::memory_order_relaxed);
    std::uint32_t t = tail_.load(std::memory_order_relaxed);
    while (h != t) {
      T* item = slots_[h % Size].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(h, h + 1, std::memory_order_release,
                                      std::memory_order_relaxed))
        return item;
    }
    return nullptr;
  }

  /// A thief: up to half of what is here, into its own empty ring except for one, which is
  /// returned.
  T* steal_into(run_ring& mine) noexcept {
    std::uint32_t h = head_.load(std::memory_order_acquire);
    for (;;) {
      std::uint32_t n = tail_.load(std::memory_order_acquire) - h;
      n -= n / 2;
      if (n == 0)
        return nullptr;
      if (n > Size / 2) { // head_ moved between the two loads
        h = head_.load(std::memory_order_acquire);
        continue;
      }
      std::uint32_t to = mine.tail_.load(std::memory_order_relaxed);
      for (std::uint32_t i = 1; i < n; ++i)
        mine.slots_[(to + i - 1) % Size].store(
            slots_[(h + i) % Size].load(std::memory_order_relaxed), std::memory_order_relaxed);
      T* first = slots_[h % Size].load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(h, h + n, std::memory_order_release,
                                        std::memory_order_acquire)) {
        mine.tail_.store(to + n - 1, std::memory_order_release);
        return first;
      }
    }
  }

  /// Owner: takes half out, for a queue that others may take from; calls put(item) in order.
  template <class Put> void drain_half(Put put) noexcept {
    for (std::uint32_t i = 0; i < Size / 2; ++i)
      if (T* item = pop())
        put(item);
  }

  /// Old when you read it.
  std::uint32_t size() const noexcept {
    std::uint32_t h = head_.load(std::memory_order_seq_cst);
    std::uint32_t n = tail_.load(std::memory_order_seq_cst) - h;
    return n <= Size ? n : 0;
  }

  /// Owner: as size(), cheaply; thieves may have taken some.
  std::uint32_t size_hint() const noexcept {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed);
  }

private:
  alignas(64) atomic<std::uint32_t> tail_{0};
  alignas(64) atomic<std::uint32_t> head_{0};
  atomic<T*> slots_[Size] = {};
};

} // namespace runnel::detail
