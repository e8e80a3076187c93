// barrier: a meeting point, again and again.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <cstddef>
#include <functional>

namespace runnel {

/// std::barrier's interface, for goroutines and threads alike.
///
///     int phases = 0;
///     runnel::barrier meet(2, [&] { ++phases; });
///     runnel::wait_group other;
///     other.go([&] { meet.arrive_and_wait(); });
///     meet.arrive_and_wait();
///     other.wait(); // a barrier outlives every wait on it
///     assert(phases == 1);
///
/// The completion runs in the last party to arrive, before anybody leaves. More arrivals in a phase
/// than are expected throw sync_error. Memory order: every arrival happens before the completion,
/// and that before every return. Thread safety: any party. Cost: one short lock an operation; the
/// last arrival O(n) in those that wait. What the completion throws reaches the last to arrive, and
/// the phase does not end.
class barrier {
public:
  using arrival_token = std::uint64_t;

  explicit barrier(std::ptrdiff_t expected, std::function<void()> completion = {});
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  [[nodiscard]] arrival_token arrive(std::ptrdiff_t n = 1);
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait(arrival_token phase);
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void arrive_and_wait() { wait(arrive()); }
  /// Arrives, and is not expected in later phases.
  void arrive_and_drop();

private:
  static void leave(void* self) noexcept;
  arrival_token arrive_and_maybe_drop(std::ptrdiff_t n, bool drop);

  detail::spin_lock guard_;
  std::ptrdiff_t expected_;
  std::ptrdiff_t left_;
  std::uint64_t phase_ = 0;
  detail::wait_queue queue_;
  std::function<void()> completion_;
};

} // namespace runnel
