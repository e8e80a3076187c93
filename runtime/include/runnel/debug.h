// Seeing what the runtime does: a dump of all goroutines, and counters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace runnel {

/// Writes every goroutine: id, name, state, what it waits on and who knows that, for how long,
/// where it was started, and its stack. Safe at any time, from any thread; what runs meanwhile may
/// be shown as it was a moment ago, and only parked goroutines show a stack.
///
/// "Known to" names the parked goroutines that have a handle of the channel, or a pointer to the
/// mutex, group or whatever it is, on their stacks or among what they captured: they could end the
/// wait. It is a search for addresses, so a left-over word can name one too many, and a handle
/// inside an object on the heap is missed. Cost: O(stacks in use); other goroutines that are about
/// to wake wait meanwhile.
void dump_goroutines(std::FILE* out = stderr);

/// Counters since the start of the process, and how many there are now. Old when you read them.
///
///     auto before = runnel::snapshot();
///     runnel::spawn([] {}).join();
///     assert(runnel::snapshot().started > before.started);
struct stats {
  std::uint64_t started = 0;  ///< goroutines that have been given to the scheduler
  std::uint64_t finished = 0; ///< and have ended
  std::uint64_t switches = 0; ///< from one stack to another
  std::uint64_t steals = 0;   ///< visits to another worker that brought work back
  std::uint64_t retakes = 0;  ///< times a stuck worker's queues were given to a spare
  std::uint64_t timers_fired = 0;
  std::uint64_t unguarded_stacks = 0; ///< stacks for which the kernel had no guard page left
  std::uint64_t stacks = 0;           ///< in use now
  std::uint64_t cached_stacks = 0;    ///< unused, for goroutines to come
  std::uint64_t trimmed_stacks = 0;   ///< of those: they have only address space, no memory
  std::uint32_t workers = 0;          ///< threads, spares included
  std::uint32_t idle_workers = 0;
};
stats snapshot() noexcept;

/// Gives the memory of unused stacks back to the system now; returns of how many. The runtime does
/// that by itself with stacks that have not been needed for some seconds, and with all of them once
/// nothing has run for half a second. Any thread. Cost: microseconds for each hundred stacks.
std::size_t release_memory() noexcept;

} // namespace runnel
