// The runtime's clock: steady in production, virtual inside runnel::test.
#pragma once

#include <chrono>

namespace runnel {

/// A steady clock that `runnel::test` can replace: inside `simulate` it moves only when every
/// goroutine is asleep, so a day of sleep takes no time at all.
///
///     auto start = runnel::clock::now();
///     runnel::sleep_for(std::chrono::milliseconds(5));
///     assert(runnel::clock::now() - start >= std::chrono::milliseconds(5));
///
/// Thread safety: any thread. Cost: one clock_gettime.
struct clock {
  using rep = std::chrono::nanoseconds::rep;
  using period = std::chrono::nanoseconds::period;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<clock, duration>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

using duration = clock::duration;

namespace detail {

/// now() + d, held at the far end of time instead of overflowing.
inline clock::time_point deadline_after(duration d) noexcept {
  auto now = clock::now();
  return d > clock::time_point::max() - now ? clock::time_point::max() : now + d;
}

} // namespace detail
} // namespace runnel
