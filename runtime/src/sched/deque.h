// The deque of goroutines that have not started: the owner takes the newest, thieves the oldest.
// Chase and Lev, "Dynamic Circular Work-Stealing Deque" (SPAA 2005), in the C11 form of Lê,
// Pop, Cohen and Zappa Nardelli (PPoPP 2013), with sequentially consistent operations in place of
// its fences. Guarded by test/runtime/model.
//
// 1. Only the owner changes `bottom_` and the array; anybody advances `top_`, by CAS.
// 2. An element is taken by the one whose CAS on `top_` wins, or by the owner alone while at least
//    two are left.
// 3. A thief may read from an array that was replaced: old arrays are kept until the deque ends,
//    which at most doubles its memory.
//
// Memory order: push releases the element; steal acquires it. take()'s stores that put `bottom_`
// back release too: a thief that reads them still has to see the array, and since C++20 a relaxed
// store no longer passes on what an earlier release store of its thread did. take() needs its store
// of `bottom_` before its load of `top_`, steal() its load of `top_` before that of `bottom_`: both
// pairs are seq_cst; otherwise owner and thief can both take the last element.
#pragma once

#include "fiber/sanitizer.h"
#include "runnel/detail/shim.h"

#include <cstddef>
#include <new>

namespace runnel::detail {

template <class T> class steal_deque {
public:
  steal_deque() noexcept = default;
  steal_deque(const steal_deque&) = delete;
  steal_deque& operator=(const steal_deque&) = delete;
  ~steal_deque() {
    for (buffer* b = buffer_.load(std::memory_order_relaxed); b;) {
      buffer* old = b->replaced;
      buffer::destroy(b);
      b = old;
    }
  }

  /// Owner. False: no memory to grow; the element is not in.
  bool push(T* item) noexcept {
    std::int64_t b = bottom_.load(std::memory_order_relaxed);
    std::int64_t t = top_.load(std::memory_order_acquire);
    buffer* a = buffer_.load(of_owner);
    if (!a || b - t >= a->size) [[unlikely]] {
      a = grow(a, t, b);
      if (!a)
        return false;
    }
    a->slot(b).store(item, std::memory_order_relaxed);
    bottom_.store(b + 1, std::memory_order_release);
    return true;
  }

  /// Owner: the newest, or null.
  T* take() noexcept {
    std::int64_t b = bottom_.load(std::memory_order_relaxed) - 1;
    // Nothing there: thieves only ever take away, so a stale top is no danger.
    if (top_.load(std::memory_order_relaxed) > b)
      return nullptr;
    buffer* a = buffer_.load(of_owner);
    bottom_.store(b, std::memory_order_seq_cst);
    std::int64_t t = top_.load(std::memory_order_seq_cst);
    if (t > b) {
      bottom_.store(b + 1, std::memory_order_release);
      return nullptr;
    }
    T* item = a->slot(b).load(std::memory_order_relaxed);
    if (t == b) {
      if (!top_.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst,
                                        std::memory_order_relaxed))
        item = nullptr;
      bottom_.store(b + 1, std::memory_order_release);
    }
    return item;
  }

  /// Anybody: the oldest, or null; also null when another was faster.
  T* steal() noexcept {
    std::int64_t t = top_.load(std::memory_order_seq_cst);
    std::int64_t b = bottom_.load(std::memory_order_seq_cst);
    if (t >= b)
      return nullptr;
    buffer* a = buffer_.load(std::memory_order_acquire);
    T* item = a->slot(t).load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst,
                                      std::memory_order_relaxed))
      return nullptr;
    return item;
  }

  /// Old when you read it.
  std::int64_t size() const noexcept {
    std::int64_t n = bottom_.load(std::memory_order_seq_cst) - top_.load(std::memory_order_seq_cst);
    return n > 0 ? n : 0;
  }

private:
  // The owner is a thread and needs no order with itself. ThreadSanitizer takes each goroutine on
  // it for a thread, and would see no edge from one that grew the array to one that uses it.
  static constexpr std::memory_order of_owner =
      RUNNEL_TSAN ? std::memory_order_acquire : std::memory_order_relaxed;

  struct buffer {
    std::int64_t size;
    buffer* replaced;
    atomic<T*>* slots;
    atomic<T*>& slot(std::int64_t i) noexcept { return slots[i & (size - 1)]; }
    static buffer* create(std::int64_t size, buffer* old) noexcept {
      auto* slots = new (std::nothrow) atomic<T*>[static_cast<std::size_t>(size)];
      auto* b = slots ? new (std::nothrow) buffer{size, old, slots} : nullptr;
      if (!b)
        delete[] slots;
      return b;
    }
    static void destroy(buffer* b) noexcept {
      delete[] b->slots;
      delete b;
    }
  };

#ifdef RUNNEL_MODEL
  static constexpr std::int64_t first_size = 2; // so that models see it grow
#else
  static constexpr std::int64_t first_size = 256;
#endif

  buffer* grow(buffer* old, std::int64_t t, std::int64_t b) noexcept {
    buffer* a = buffer::create(old ? old->size * 2 : first_size, old);
    if (!a)
      return nullptr;
    for (std::int64_t i = t; i < b; ++i)
      a->slot(i).store(old->slot(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
    buffer_.store(a, std::memory_order_release);
    return a;
  }

  // Owner writes bottom_ and buffer_; thieves write top_: apart, or each steal costs the owner.
  alignas(64) atomic<std::int64_t> bottom_{0};
  atomic<buffer*> buffer_{nullptr};
  alignas(64) atomic<std::int64_t> top_{0};
};

} // namespace runnel::detail
