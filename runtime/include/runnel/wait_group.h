// wait_group: wait for a number of goroutines.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/closure.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <source_location>
#include <utility>

namespace runnel {

/// Counts what is still to be done; wait() returns at zero.
///
///     runnel::wait_group wg;
///     std::atomic<int> n = 0;
///     for (int i = 0; i < 8; ++i)
///       wg.go([&] { ++n; });
///     wg.wait();
///     assert(n == 8);
///
/// Misuse throws sync_error: a counter below zero; an add() from zero while waiters of the last
/// round are still waking (it races with wait()). May be destroyed as soon as the last wait() has
/// returned, while the last done() is still on its way out.
/// Thread safety: any party. Cost: one atomic operation an add() or done() that does not touch
/// zero; the last done() O(n) in those that wait. Memory order: a done() happens before the wait()
/// that it ends returns.
class wait_group {
public:
  constexpr wait_group() noexcept = default;
  wait_group(const wait_group&) = delete;
  wait_group& operator=(const wait_group&) = delete;

  void add(std::int64_t n = 1) {
    detail::decision_point(this);
    std::int64_t seen = count_.load(std::memory_order_relaxed);
    // Neither from nor to zero nobody has to be told.
    while (seen > 0 && seen + n > 0)
      if (count_.compare_exchange_weak(seen, seen + n, std::memory_order_release,
                                       std::memory_order_relaxed))
        return;
    add_slowly(n);
  }
  void done() { add(-1); }
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait();

  /// add(1), then f in a goroutine, then done(); what f captured is destroyed before that. The
  /// wait_group must outlive f. Throws std::bad_alloc, with the count as it was.
  template <class F> void go(F&& f, std::source_location where = std::source_location::current()) {
    add(1);
    try {
      detail::go_and_then(where, std::forward<F>(f), [this] { done(); });
    } catch (...) {
      done();
      throw;
    }
  }

private:
  void add_slowly(std::int64_t n);
  static void leave(void* self) noexcept;

  detail::atomic<std::int64_t> count_{0};
  detail::spin_lock guard_;
  std::uint32_t waking_ = 0; ///< under guard_: woken by the last round, not yet back
  detail::wait_queue queue_;
};

} // namespace runnel
