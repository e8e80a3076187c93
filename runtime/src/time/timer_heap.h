// A heap of timers: the earliest first. Guarded by test/runtime/model and unit/timer_heap_test.cpp.
//
// A heap of four children a node, in one array with the times beside the pointers, so that sifting
// touches few cache lines. Nodes know their place, so removal costs O(log n) too.
//
// 1. A node is in at most one heap; `index` and `heap` change under that heap's lock.
// 2. Inserting never fails, since who inserts may be about to park: when there is no memory for the
//    array to grow, nodes go to a list, which costs a walk for each look at it.
// 3. `next_due()` may be read without the lock: never later than the earliest timer for a reader
//    that has seen its insertion.
#pragma once

#include "runnel/detail/spin_lock.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace runnel::detail {

class timer_heap;

struct timer_node {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max(),
                                 listed = none - 1;
  std::int64_t when = 0;      ///< nanoseconds of runnel::clock
  timer_heap* heap = nullptr; ///< whose lock guards this node
  std::uint32_t index = none; ///< none: not in the heap; listed: in the list
  bool waits = false;         ///< a party's deadline; otherwise an event (timer_core)
  timer_node* next_listed = nullptr;
};

class timer_heap {
public:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  // --- with the lock held
  // --------------------------------------------------------------------------
  void insert(timer_node& n) noexcept {
    n.heap = this;
    try {
      heap_.push_back({n.when, &n});
      n.index = static_cast<std::uint32_t>(heap_.size() - 1);
      up(n.index);
    } catch (const std::bad_alloc&) {
      n.index = timer_node::listed;
      n.next_listed = list_;
      list_ = &n;
    }
    publish();
  }
  bool remove(timer_node& n) noexcept {
    if (n.index == timer_node::none)
      return false;
    std::uint32_t i = n.index;
    n.index = timer_node::none;
    if (i == timer_node::listed) {
      timer_node** at = &list_;
      while (*at != &n)
        at = &(*at)->next_listed;
      *at = n.next_listed;
    } else {
      entry last = heap_.back();
      heap_.pop_back();
      if (i < heap_.size()) {
        place(i, last);
        up(i);
        down(last.node->index);
      }
    }
    publish();
    return true;
  }
  timer_node* earliest() noexcept {
    timer_node* first = heap_.empty() ? nullptr : heap_[0].node;
    for (timer_node* n = list_; n; n = n->next_listed) [[unlikely]]
      if (!first || n->when < first->when)
        first = n;
    return first;
  }
  /// The i-th of size(), in no order.
  timer_node* at(std::size_t i) noexcept {
    if (i < heap_.size())
      return heap_[i].node;
    timer_node* n = list_;
    for (i -= heap_.size(); i > 0; --i)
      n = n->next_listed;
    return n;
  }

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
    std::int64_t due = heap_.empty() ? never : heap_[0].when;
    std::size_t n = heap_.size();
    for (const timer_node* listed = list_; listed; listed = listed->next_listed) [[unlikely]] {
      due = std::min(due, listed->when);
      ++n;
    }
    next_due_.store(due, std::memory_order_relaxed);
    size_.store(n, std::memory_order_relaxed);
  }

  spin_lock lock_;
  atomic<std::int64_t> next_due_{never};
  atomic<std::size_t> size_{0};
  std::vector<entry> heap_;
  timer_node* list_ = nullptr;
};

} // namespace runnel::detail
