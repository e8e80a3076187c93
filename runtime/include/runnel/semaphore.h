// semaphore: a number of permits.
#pragma once

#include "runnel/annotations.h"
#include "runnel/clock.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <cstddef>

namespace runnel {

/// std::counting_semaphore's interface, for goroutines and threads alike. First in, first out.
///
///     runnel::semaphore slots(2);
///     slots.acquire();
///     assert(slots.try_acquire() && !slots.try_acquire());
///     slots.release(2);
///
/// May be destroyed as soon as the last acquire() has returned, while release() is still on its way
/// out. A negative argument throws sync_error. Memory order: a release() happens before the
/// acquire() that takes its permit. Thread safety: any party. Cost: one short lock an operation;
/// release(n) O(n) for the waiters that it wakes. Deadlines count by runnel::clock.
class semaphore {
public:
  explicit semaphore(std::ptrdiff_t permits);
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void acquire();
  [[nodiscard]] bool try_acquire();
  RUNNEL_BLOCKING RUNNEL_SUSPENDS [[nodiscard]] bool try_acquire_until(clock::time_point deadline);
  RUNNEL_BLOCKING RUNNEL_SUSPENDS [[nodiscard]] bool try_acquire_for(duration d) {
    return try_acquire_until(detail::deadline_after(d));
  }
  void release(std::ptrdiff_t n = 1);

private:
  static void leave(void* self) noexcept;

  detail::spin_lock guard_;
  std::ptrdiff_t permits_; ///< zero while anybody waits
  detail::wait_queue queue_;
};

} // namespace runnel
