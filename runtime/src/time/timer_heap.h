// A heap of timers: the earliest first. Guarded by test/runtime/model and unit/timer_heap_test.cpp.
//
// A heap of four children a node, in one array with the times beside the pointers, so that sifting
// touches few cache lines. Nodes know their place, so removal costs O(log n) too.
//
// 1. A node is in at most one heap; `index` and `heap` change under that heap's lock.
// 2. `next_due()` may be read without the lock: never later than the earliest timer for a reader
//    that has seen its insertion.
#pragma once

#include "runnel/detail/spin_lock.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace runnel::detail {

class timer_heap;

struct timer_node {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::int64_t when = 0;      ///< nanoseconds of runnel::clock
  timer_heap* heap = nullptr; ///< whose lock guards this node
  std::uint32_t index = none; ///< none: not in the heap
  bool waits = false;         ///< a party's deadline; otherwise an event (timer_core)
};

class timer_heap {
public:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  // --- with the lock held
  // --------------------------------------------------------------------------
  void insert(timer_node& n) {
    heap_.push_back({n.when, &n});
    n.heap = this;
    n.index = static_cast<std::uint32_t>(heap_.size() - 1);
    up(n.index);
    publish();
  }
  /// Makes room first, where an allocation may still fail.
  void reserve_one() {
    if (heap_.size() == heap_.capacity())
      heap_.reserve(heap_.empty() ? 64 : heap_.size() * 2);
  }
  bool remove(timer_node& n) noexcept {
    if (n.index == timer_node::none)
      return false;
    std::uint32_t i = n.index;
    n.index = timer_node::none;
    entry last = heap_.back();
    heap_.pop_back();
    if (i < heap_.size()) {
      place(i, last);
      up(i);
      down(last.node->index);
    }
    publish();
    return true;
  }
  timer_node* earliest() noexcept { return heap_.empty() ? nullptr : heap_[0].node; }
  timer_node* at(std::size_t i) noexcept { return heap_[i].node; }

  // --- without -----------------------------------------------------------------------------------
  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  std::int64_t next_due() const noexcept { return next_due_.load(std::memory_order_relaxed); }

private:
  struct entry {
    std::int64_t when;
    timer_node* node;
  };
  void place(std::uint32_t i, entry e) noexcept {
    heap_[i] = e;
    e.node->index = i;
  }
  void up(std::uint32_t i) noexcept {
    entry e = heap_[i];
    while (i > 0) {
      std::uint32_t parent = (i - 1) / 4;
      if (heap_[parent].when <= e.when)
        break;
      place(i, heap_[parent]);
      i = parent;
    }
    place(i, e);
  }
  void down(std::uint32_t i) noexcept {
    entry e = heap_[i];
    auto n = static_cast<std::uint32_t>(heap_.size());
    for (;;) {
      std::uint32_t first = i * 4 + 1;
      if (first >= n)
        break;
      std::uint32_t least = first;
      for (std::uint32_t c = first + 1; c < n && c < first + 4; ++c)
        if (heap_[c].when < heap_[least].when)
          least = c;
      if (e.when <= heap_[least].when)
        break;
      place(i, heap_[least]);
      i = least;
    }
    place(i, e);
  }
  void publish() noexcept {
    next_due_.store(heap_.empty() ? never : heap_[0].when, std::memory_order_relaxed);
    size_.store(heap_.size(), std::memory_order_relaxed);
  }

  spin_lock lock_;
  atomic<std::int64_t> next_due_{never};
  atomic<std::size_t> size_{0};
  std::vector<entry> heap_;
};

} // namespace runnel::detail
