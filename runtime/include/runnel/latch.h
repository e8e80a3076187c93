// latch: a countdown that opens once.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <cstddef>

namespace runnel {

/// std::latch's interface, for goroutines and threads alike.
///
///     runnel::latch started(2);
///     for (int i = 0; i < 2; ++i)
///       runnel::go([&] { started.count_down(); });
///     started.wait();
///
/// Counting below zero throws sync_error. May be destroyed as soon as the last wait() has returned,
/// while count_down() is still on its way out. Memory order: each count_down() happens before every
/// return of wait(). Thread safety: any party. Cost: one short lock an operation; the last
/// count_down() O(n) in those that wait.
class latch {
public:
  explicit latch(std::ptrdiff_t expected);
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  void count_down(std::ptrdiff_t n = 1);
  [[nodiscard]] bool try_wait();
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait();
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void arrive_and_wait(std::ptrdiff_t n = 1) {
    count_down(n);
    wait();
  }

private:
  static void leave(void* self) noexcept;

  detail::spin_lock guard_;
  std::ptrdiff_t left_;
  detail::wait_queue queue_;
};

} // namespace runnel
