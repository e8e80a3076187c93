// A fiber: a stack, and the goroutine that runs on it at the moment.
//
// The layout of a stack's slot in its slab; addresses grow upwards:
//
//     slot                                                                              slot + size
//     | guard page | ... grows downwards ... <- frames | fiber (control block) | colour (0..1 KiB)
//     |
//
// Control block, first context and first frames share the top page, so a parked goroutine costs one
// page. The colour shifts them by whole cache lines from slot to slot; without it the hot lines of
// all goroutines would fall into the same few sets of the first-level cache.
//
// A fiber outlives the goroutines it runs: finished ones make room for the next, on the same stack.
#pragma once

#include "fiber/sanitizer.h"
#include "fiber/switch.h"
#include "runnel/detail/sched.h"
#include "runnel/detail/task.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace runnel::detail {

class world;

enum class fiber_state : std::uint8_t { free, running, ready, parked };

/// Why a goroutine sleeps, for reports. Any thread may read it, and may find it a moment old.
struct wait_note {
  std::atomic<reason> why{reason::none};
  std::atomic<const void*> object{nullptr};
  std::atomic<std::int64_t> since{0}; ///< coarse clock
};

struct fiber : task { // `run` is null
  // --- the worker that runs it, or the scheduler while nobody does ------------------------------
  void* sp = nullptr;      ///< saved context
  closure* body = nullptr; ///< what it runs; null between goroutines
  std::uint64_t id = 0;
  std::source_location where;
  world* home = nullptr; ///< the simulation it belongs to
  char name[24] = {};

  // --- reports read these from anywhere ---------------------------------------------------------
  std::atomic<fiber_state> state{fiber_state::free};
  wait_note note;

  // --- set when the stack is made ---------------------------------------------------------------
  std::byte* slot = nullptr;
  std::uint32_t size_class = 0;
  bool guarded = false;

  // --- sanitizers
  // ---------------------------------------------------------------------------------
  void* fake_stack = nullptr;
  void* tsan = nullptr;

  std::byte* stack_top() noexcept { return reinterpret_cast<std::byte*>(this); }
};
static_assert(sizeof(fiber) <= 192, "the control block takes three cache lines of the top page");

/// While this is set, a worker waits before it goes on with a parked goroutine: its stack is read.
extern std::atomic<bool> stacks_are_read;
void wait_for_readers() noexcept;

} // namespace runnel::detail
