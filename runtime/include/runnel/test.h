// Deterministic tests: a concurrent program under one thread, virtual time, and a seed.
//
// simulate() runs a function as the main goroutine of a world of its own. Every channel operation,
// lock, start, timer and choice of a select is a decision taken from the seed, so a run can be
// repeated exactly. explore() runs many schedules and stops at the first that fails; it shortens
// the failing schedule before it reports it, and replay() runs that one again.
//
// Limits: plain threads must not touch what the world uses; what lives outside the function is not
// reset between schedules. Goroutines that can never go on are abandoned with their stacks: their
// destructors do not run. Thread safety: any thread, one world a thread at a time. Cost: about 20
// us for a schedule of ten goroutines that each do a few operations.
#pragma once

#include "runnel/annotations.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace runnel::test {

enum class outcome {
  ok,
  deadlock, ///< main can never finish
  leak,     ///< main has finished, others never can
  panic,    ///< an exception escaped a goroutine
  limit     ///< max_steps decisions were not enough
};

struct report {
  outcome result = outcome::ok;
  std::size_t schedules = 0; ///< how many were run
  std::string schedule;      ///< of the last run; replays it
  std::string message; ///< what went wrong: each goroutine, what it waits on, where it was started
};

enum class strategy {
  random,    ///< each decision uniform
  pct,       ///< random priorities with a few changes: finds bugs that need few preemptions
  exhaustive ///< all schedules, those with few preemptions first, as far as `schedules` allows
};

struct explore_options {
  std::uint64_t seed = 1;
  std::size_t schedules = 1000;
  strategy how = strategy::random;
  std::size_t max_steps = 1'000'000; ///< decisions in one schedule
};

namespace detail {
/// The function under test, by reference.
struct program {
  void* object;
  void (*call)(void*);
  std::source_location where;
};
/// `target` points to a pointer to a function object or a function.
template <class F> program program_of(F** target, std::source_location where) noexcept {
  return {target, [](void* t) { (**static_cast<F**>(t))(); }, where};
}
report simulate(program p, std::uint64_t seed);
report explore(program p, const explore_options& o);
report replay(program p, std::string_view schedule);
} // namespace detail

/// Runs f once.
///
///     namespace rt = runnel::test;
///     auto r = rt::simulate([] { runnel::channel<int>().recv(); });
///     assert(r.result == rt::outcome::deadlock);
template <class F>
report simulate(F&& f, std::uint64_t seed = 1,
                std::source_location where = std::source_location::current()) {
  auto* target = std::addressof(f);
  return detail::simulate(detail::program_of(&target, where), seed);
}

/// Runs f under many schedules; stops at the first that is not ok.
template <class F>
report explore(F&& f, explore_options o = {},
               std::source_location where = std::source_location::current()) {
  auto* target = std::addressof(f);
  return detail::explore(detail::program_of(&target, where), o);
}

/// Runs f under a schedule that a report gave. Throws std::invalid_argument if it is none.
template <class F>
report replay(F&& f, std::string_view schedule,
              std::source_location where = std::source_location::current()) {
  auto* target = std::addressof(f);
  return detail::replay(detail::program_of(&target, where), schedule);
}

} // namespace runnel::test
