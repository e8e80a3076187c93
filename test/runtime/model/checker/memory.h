// The memory of C++20 atomics, one location at a time: the history of stores in modification order,
// who may read which of them, and what a reader learns. Guarded by litmus_test.cpp.
//
// Invariants
//  1. A load may read any store not older (in modification order) than the newest one that
//     happens-before the load or was read by something that happens-before it. What seq_cst adds
//     is total_order.h's.
//  2. A read-modify-write reads the store right before its own; nothing ever comes between.
//  3. An acquiring reader learns the message of the store it read. A release store's message is all
//     its thread knows; a relaxed store's is what the thread knew at its last release fence; a
//     read-modify-write also passes on the message of the store it read (release sequences).
//
// Not covered: load buffering (a load never reads a store that has not executed yet), consume.
#pragma once

#include "view.h"

#include <atomic>
#include <vector>

namespace runnel::model {

/// The bits of an atomic's value; types of up to 16 bytes fit.
struct word {
  std::uint64_t lo = 0, hi = 0;
  friend bool operator==(const word&, const word&) = default;
};

constexpr bool acquires(std::memory_order o) {
  return o == std::memory_order_acquire || o == std::memory_order_acq_rel ||
         o == std::memory_order_seq_cst;
}
constexpr bool releases(std::memory_order o) {
  return o == std::memory_order_release || o == std::memory_order_acq_rel ||
         o == std::memory_order_seq_cst;
}

struct store_record {
  word value;
  stamp at = 0;
  std::uint32_t executed = 0; ///< 1-based order of execution among this location's stores
  std::uint32_t event = 0;    ///< index in the trace
  std::uint8_t thread = 0;
  bool rmw_next = false; ///< a read-modify-write read this one
  const view* message = nullptr;
};

struct location {
  std::vector<store_record> stores; ///< in modification order, never empty
  std::uint32_t executed = 0;
  stamp kernel = 0; ///< the oldest store that a futex call may still see
  std::array<std::uint32_t, max_threads> touched{}; ///< clock of each thread's last access
  std::uint8_t maker = 0;
  std::uint32_t made = 0; ///< maker's clock at construction
  bool dead = false;
};

struct memory_thread {
  unsigned id = 0;
  view now;                       ///< what happens-before this thread's next step
  view pending;                   ///< what an acquire fence would add
  const view* released = nullptr; ///< what relaxed stores pass on
};

class memory {
public:
  void reset();
  arena& scratch() noexcept { return arena_; }

  std::uint32_t add(memory_thread&, word initial);
  location& at(std::uint32_t loc) { return locations_[loc]; }
  std::uint32_t size() const noexcept { return used_; }

  /// Why this thread must not touch the location now, or null.
  const char* check_access(std::uint32_t loc, const memory_thread&);
  /// Ends the location's life; says why that is wrong, or null.
  const char* kill(std::uint32_t loc, memory_thread&);

  /// Indices of the stores a load may read, newest first; only those executed after the first
  /// `covered` ones.
  void readable(std::uint32_t loc, const memory_thread&, std::uint32_t covered,
                std::vector<std::uint32_t>& out);
  /// Indices after which a plain store may be placed in modification order, last first.
  void placeable(std::uint32_t loc, const memory_thread&, std::vector<std::uint32_t>& out);

  word read(std::uint32_t loc, memory_thread&, std::uint32_t index, std::memory_order);
  /// Adds a store right after `after`. For a read-modify-write, `after` is what it read.
  store_record& write(std::uint32_t loc, memory_thread&, word, std::memory_order,
                      std::uint32_t after, bool rmw);
  void fence(memory_thread&, std::memory_order);

private:
  std::vector<location> locations_; ///< kept between executions, the first used_ are live
  std::uint32_t used_ = 0;
  arena arena_;
};

} // namespace runnel::model
