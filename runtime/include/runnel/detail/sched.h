// The narrow interface between the primitives and the scheduler: who am I, park, ready, decide.
//
// Everything that blocks goes through these few functions, so the test mode (one thread, virtual
// time, decisions from a seed) replaces them all by one predictable branch.
//
// 1. park() first leaves the caller's stack, then runs `after`, on another stack. `after` is where
//    the caller becomes visible to wakers (an unlock, a publishing store), so nobody can ready a
//    goroutine that still runs.
// 2. Every park is ended by exactly one ready() of the same owner.
// 3. ready() never blocks and may be called from any thread, also with locks held.
#pragma once

#include "runnel/clock.h"
#include "runnel/detail/select_token.h"
#include "runnel/detail/task.h"

namespace runnel::detail {

/// Why a goroutine is parked. Reports print it, so each has a text in debug/describe.cpp.
enum class reason : std::uint8_t {
  none,
  chan_send,
  chan_recv,
  nil_chan,
  select,
  select_forever,
  mutex,
  shared_mutex_write,
  shared_mutex_read,
  condition,
  once,
  wait_group,
  semaphore,
  latch,
  barrier,
  join,
  sleep,
  io,
  count
};

/// Runs once the parked party has left its stack. Must not block and must not throw.
using after_switch = void (*)(void*) noexcept;

/// The caller as someone who can be woken.
owner self() noexcept;

/// Sleeps until readied. `object` is what reports name beside the reason.
void park(reason why, const void* object, after_switch after, void* arg) noexcept;

/// As park(), but at `deadline` the token is claimed with `select_token::timed_out` and the caller
/// wakes. On return the token is claimed, by the timer or by a waker.
void park_until(reason why, const void* object, after_switch after, void* arg, select_token& token,
                clock::time_point deadline) noexcept;

/// Makes a parked owner run again.
void ready(owner who) noexcept;

struct waiter;
/// Readies all of a list that is linked by `next`; several run in the order of the list.
void ready_all(waiter* first) noexcept;

/// Whether operations have to look twice. Low half: how many simulations run in the process, which
/// is non-zero only inside runnel::test. High half: how many workers are overdue, because what runs
/// there has not come back to the scheduler for long.
extern atomic<std::uint32_t> attention;
inline constexpr std::uint32_t one_simulation = 1, one_overdue = 1U << 16;
inline bool simulating() noexcept {
  return static_cast<std::uint16_t>(attention.load(std::memory_order_relaxed)) != 0;
}
/// In a simulation another goroutine may run here.
void decide_slowly(const void* object) noexcept;
inline void decision_point(const void* object) noexcept {
  if (simulating()) [[unlikely]]
    decide_slowly(object);
}
/// As decision_point(), at the start of an operation that may block anyway; so a goroutine that has
/// kept others waiting for long also makes room for them here.
void decide_or_give_way(const void* object) noexcept;
inline void blocking_point(const void* object) noexcept {
  if (attention.load(std::memory_order_relaxed) != 0) [[unlikely]]
    decide_or_give_way(object);
}

/// Uniform in [0, n): from the worker's generator, or from the simulation's seed.
std::uint32_t choose(std::uint32_t n) noexcept;

/// Memory for closures and results: pooled up to 128 bytes.
void* allocate_node(std::size_t bytes);
void free_node(void* node, std::size_t bytes) noexcept;

/// Hands a new goroutine to the scheduler.
void start(closure& c) noexcept;

/// The identity of the running goroutine; 0 on a plain thread.
std::uint64_t current_id() noexcept;

} // namespace runnel::detail
