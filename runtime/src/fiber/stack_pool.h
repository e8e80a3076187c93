// Stacks: slabs of address space, guard pages, reuse.
// Guarded by test/runtime/unit/stack_test.cpp; the free list by test/runtime/model.
//
// 1. A slot belongs to one size class for good; class 0 has the smallest.
// 2. Every stack that is handed out has a guard page below it, or is counted as unguarded.
// 3. Slabs are never given back, so a stale pointer to a control block stays readable: reports walk
//    over all slots without a lock.
// 4. An unused stack is *warm*, on its class's free list, or *cold*: trimmed. A cold one is a bit
//    in its slab; its memory, control block included, is the kernel's again and reads as zeros, so
//    it looks like a slot that was never handed out. Warm ones are handed out first.
//
// Trimming: memory that has not been needed for a while goes back, as Go's scavenger does it. What
// "a while" is, the caller says: the fewest warm stacks there were since the last trim have been of
// no use all that time.
//
// Guards: MADV_GUARD_INSTALL (Linux 6.13) leaves a slab one mapping, so a million guarded stacks
// need no more of vm.max_map_count than one. Before that kernel: mprotect, which splits mappings,
// for up to a quarter of vm.max_map_count; then none, with a canary, a warning and a counter.
// Rejected: guards by mprotect alone (fails at 32,745 stacks), munmap on free (a system call and a
// page fault for each goroutine), growing stacks (C++ frames cannot be moved).
#pragma once

#include "fiber/fiber.h"
#include "fiber/sanitizer.h"
#include "fiber/stack_memory.h"
#include "runnel/detail/spin_lock.h"

#include <cstddef>
#include <cstdint>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

#ifdef RUNNEL_MODEL
inline constexpr std::size_t stack_classes = 1; // each costs the search some locking
#else
inline constexpr std::size_t stack_classes = 12; ///< 64 KiB .. 128 MiB
#endif

/// What an unguarded stack has at its bottom; gone: it has overflowed.
inline constexpr std::uint64_t stack_canary = 0x52554e4e454c2121;

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

  /// Would take() find an unused one? Old when you read it.
  bool has_free(std::uint32_t size_class) noexcept;

  /// Gives the memory of unused stacks back to the system: of those that were not needed since the
  /// last trim, or of all; of `most` at once. How many it were. Off the hot path.
  enum class surplus : bool { since_last, all };
  std::size_t trim(surplus which, std::size_t most = SIZE_MAX) noexcept;

  /// Calls visit(fiber&) for every stack that was ever handed out, in use or not.
  template <class Visit> void for_each(Visit visit) const {
    for (const slab* s = slabs_.load(std::memory_order_acquire); s; s = s->next)
      for (std::uint32_t i = 0, n = s->used.load(std::memory_order_acquire); i < n; ++i)
        if (fiber* f = at(*s, i); f->slot)
          visit(*f);
  }

  /// The stack whose guard page or slot holds this address; null if none does.
  fiber* find(const void* address) const noexcept;

  /// Some stacks are on their way from warm to cold, and in neither place.
  bool trimming() const noexcept { return trimming_.load(std::memory_order_seq_cst); }

  std::uint64_t unguarded() const noexcept { return unguarded_.load(std::memory_order_relaxed); }
  std::uint64_t made() const noexcept { return made_.load(std::memory_order_relaxed); }
  std::uint64_t free() const noexcept { return free_count_.load(std::memory_order_relaxed); }
  std::uint64_t cold() const noexcept { return cold_count_.load(std::memory_order_relaxed); }

  /// For tests: pretends to be an older kernel. 0: what the kernel has; 1: mprotect; 2: none.
  void limit_guards(int level, std::uint64_t mprotect_quota) noexcept;

private:
  static constexpr std::size_t most_slots = stack_memory::slab_bytes / (64 * 1024);
  using bits = std::uint64_t[(most_slots + 63) / 64];

  struct slab {
    // set when it is made
    slab* next;
    std::byte* base;
    std::uint32_t size_class;
    std::uint32_t slots;
    // any thread reads it
    atomic<std::uint32_t> used{0};
    // under lock_
    std::uint32_t guarded_to = 0; ///< slots below have light guards, handed out or not
    slab* next_cold = nullptr;    ///< among the slabs of the class that have cold slots
    std::uint32_t cold_count = 0;
    bits cold = {};
    bits unguarded = {}; ///< of cold ones
  };

  static fiber* at(const slab& s, std::uint32_t index) noexcept;
  fiber* pop_warm(std::uint32_t size_class) noexcept;
  fiber* revive(std::uint32_t size_class) noexcept;
  fiber* make(std::uint32_t size_class) noexcept;
  static fiber* lay_out(slab& s, std::uint32_t index, bool guarded) noexcept;
  slab* grow(std::uint32_t size_class) noexcept;
  slab* slab_of(const void* address) const noexcept;
  bool guard(slab& s, std::uint32_t index) noexcept;
  void chill(fiber** batch, std::size_t n) noexcept;

  spin_lock lock_; ///< the free lists, cold slots, and the newest slab of each class
  stack_list free_[stack_classes];
  std::uint32_t low_water_[stack_classes] = {}; ///< the fewest in free_ since the last trim
  slab* with_cold_[stack_classes] = {};
  slab* newest_[stack_classes] = {};
  atomic<slab*> slabs_{nullptr};
  std::atomic<std::uint64_t> made_{0}, free_count_{0}, cold_count_{0}, unguarded_{0};
  std::atomic<bool> trimming_{false};
  std::uint64_t mprotected_ = 0;
  std::uint64_t mprotect_quota_ = 0; ///< 0: not yet read
  int guard_level_ = 0;
};

stack_pool& stacks() noexcept;

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
