// Timers: deadlines of parked parties, and events. What is in a timer_heap.
#pragma once

#include "runnel/channel.h"
#include "runnel/detail/sched.h"
#include "runnel/timer.h"
#include "time/timer_heap.h"

#include <atomic>
#include <cstdint>

namespace runnel::detail {

/// The deadline of a party that waits; in its frame.
struct deadline_node : timer_node {
  select_token* token = nullptr;
  owner who;
  deadline_node* next = nullptr; ///< among those that fire together
  timer_heap* target = nullptr;
  after_switch after = nullptr;
  void* arg = nullptr;
};

/// A timer, ticker or after_func. The heap holds a reference while the timer is pending.
struct timer_core : timer_node {
  std::atomic<std::uint32_t> references{1};
  std::int64_t period = 0;    ///< 0: once. Under the heap's lock, as everything in timer_node
  timer_heap* home = nullptr; // set when made
  channel<clock::time_point> events{nullptr};
  timer_callback callback;
};

/// Takes one due event out of the heap, or forward to its next time. The caller owns a reference of
/// the result, and fires it without the lock.
timer_core* take_event(timer_heap& heap, timer_core& core, std::int64_t now) noexcept;
/// Sends the time, or starts the function.
void fire_event(timer_core& core, std::int64_t now) noexcept;

} // namespace runnel::detail
