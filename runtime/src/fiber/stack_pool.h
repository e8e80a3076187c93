// Stacks: slabs of address space, guard pages, reuse.
// Guarded by test/runtime/unit/stack_test.cpp; the free list by test/runtime/model.
//
// 1. A slot belongs to one size class for good; class 0 has the smallest.
// 2. Every stack that is handed out has a guard page below it, or is counted as unguarded.
// 3. Slabs are never given back, so a stale pointer to a control block stays readable: reports walk
//    over all slots without a lock.
//
// Guards: MADV_GUARD_INSTALL (Linux 6.13) leaves a slab one mapping, so a million guarded stacks
// need no more of vm.max_map_count than one. Before that kernel: mprotect, which splits mappings,
// for up to a quarter of vm.max_map_count; then none, with a canary, a warning and a counter.
// Rejected: guards by mprotect alone (fails at 32,745 stacks), munmap on free (a system call and a
// page fault for each goroutine), growing stacks (C++ frames cannot be moved).
#pragma once

#include "fiber/fiber.h"
#include "fiber/sanitizer.h"
#include "runnel/detail/spin_lock.h"

#include <cstddef>
#include <cstdint>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

inline constexpr std::size_t stack_classes = 12; ///< 64 KiB .. 128 MiB

/// A free list of stacks, newest first.
struct stack_list {
  fiber* head = nullptr;
  std::uint32_t size = 0;
  void push(fiber* f) noexcept {
    f->link = head;
    head = f;
    ++size;
  }
  fiber* pop_oldest() noexcept {
    task** at = reinterpret_cast<task**>(&head);
    if (!head)
      return nullptr;
    while ((*at)->link)
      at = &(*at)->link;
    auto* f = static_cast<fiber*>(*at);
    *at = nullptr;
    --size;
    return f;
  }
  fiber* pop() noexcept {
    fiber* f = head;
    if (f) {
      head = static_cast<fiber*>(f->link);
      --size;
    }
    return f;
  }
};

class stack_pool {
public:
  static constexpr std::size_t smallest = with_asan || with_tsan ? 256 * 1024 : 64 * 1024;
  static constexpr std::size_t size_of(std::size_t size_class) noexcept {
    return smallest << size_class;
  }
  static std::uint32_t class_of(std::size_t bytes) noexcept;

  /// A fresh or used stack; null when there is no memory for one.
  fiber* take(std::uint32_t size_class) noexcept;
  void give(fiber* f) noexcept;
  /// Takes back several at once.
  void give(stack_list& list, std::uint32_t keep, std::uint32_t size_class) noexcept;
  /// Fills an empty list with a batch of used stacks, if there are any.
  void refill(stack_list& list, std::uint32_t size_class) noexcept;

  /// Gives the memory of unused stacks back to the system, all but their top pages. Off the hot
  /// path.
  void trim() noexcept;

  /// Calls visit(fiber&) for every stack that was ever handed out, in use or not.
  template <class Visit> void for_each(Visit visit) const {
    for (const slab* s = slabs_.load(std::memory_order_acquire); s; s = s->next)
      for (std::uint32_t i = 0, n = s->used.load(std::memory_order_acquire); i < n; ++i)
        if (fiber* f = at(*s, i); f->slot)
          visit(*f);
  }

  /// The stack whose guard page or slot holds this address; null if none does.
  fiber* find(const void* address) const noexcept;

  std::uint64_t unguarded() const noexcept { return unguarded_.load(std::memory_order_relaxed); }
  std::uint64_t made() const noexcept { return made_.load(std::memory_order_relaxed); }
  std::uint64_t free() const noexcept { return free_count_.load(std::memory_order_relaxed); }

  /// For tests: pretends to be an older kernel. 0: what the kernel has; 1: mprotect; 2: none.
  void limit_guards(int level, std::uint64_t mprotect_quota) noexcept {
    guard_level_ = level;
    mprotect_quota_ = mprotect_quota;
  }

private:
  struct slab {
    slab* next;
    std::byte* base;
    std::uint32_t size_class;
    std::uint32_t slots;
    std::atomic<std::uint32_t> used{0};
  };

  static fiber* at(const slab& s, std::uint32_t index) noexcept;
  fiber* make(std::uint32_t size_class) noexcept;
  slab* grow(std::uint32_t size_class) noexcept;
  bool guard(std::byte* page) noexcept;

  spin_lock lock_; ///< the free lists and the newest slab of each class
  stack_list free_[stack_classes];
  slab* newest_[stack_classes] = {};
  std::atomic<slab*> slabs_{nullptr};
  std::atomic<std::uint64_t> made_{0}, free_count_{0}, unguarded_{0};
  std::uint64_t mprotected_ = 0;
  std::uint64_t mprotect_quota_ = 0; ///< 0: not yet read
  int guard_level_ = 0;
};

stack_pool& stacks() noexcept;

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
