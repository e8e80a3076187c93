// once: run something exactly one time.
#pragma once

#include "runnel/annotations.h"
#include "runnel/mutex.h"

#include <functional>
#include <mutex>
#include <utility>

namespace runnel {

/// The first call() runs its function; others wait until it has ended.
///
///     runnel::once first;
///     int n = 0;
///     first.call([&] { ++n; });
///     first.call([&] { ++n; });
///     assert(n == 1);
///
/// As in Go, a call that throws counts as done, and a call from inside f deadlocks.
/// Thread safety: any party.
/// Memory order: the end of f happens before every return of call(). Cost: one load once done.
class once {
public:
  constexpr once() noexcept = default;
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  template <class F> RUNNEL_BLOCKING RUNNEL_SUSPENDS void call(F&& f) {
    detail::decision_point(this);
    if (done_.load(std::memory_order_acquire))
      return;
    std::lock_guard hold(mutex_);
    if (done_.load(std::memory_order_relaxed))
      return;
    struct mark {
      detail::atomic<bool>& done;
      ~mark() { done.store(true, std::memory_order_release); }
    } at_end{done_};
    std::invoke(std::forward<F>(f));
  }

private:
  detail::atomic<bool> done_{false};
  mutex mutex_;
};

} // namespace runnel
