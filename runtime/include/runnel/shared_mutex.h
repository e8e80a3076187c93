// shared_mutex: many readers or one writer.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <shared_mutex> // the guards that users hold it with

namespace runnel {

/// A SharedLockable for std::shared_lock and std::unique_lock.
///
///     runnel::shared_mutex m;
///     { std::shared_lock read(m); }
///     { std::unique_lock write(m); }
///
/// Prefers waiting writers, as Go's: once one waits, new readers wait behind it; when it leaves,
/// all readers that waited go first. Belongs to no goroutine. Unlocking what is not locked throws
/// sync_error. Memory order: an unlock happens before each lock that had to follow it. Thread
/// safety: any party. Cost: one short lock an operation, readers too, so readers of something that
/// is read in nanoseconds gain nothing over a mutex.
class shared_mutex {
public:
  constexpr shared_mutex() noexcept = default;
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void lock();
  [[nodiscard]] bool try_lock();
  void unlock();
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void lock_shared();
  [[nodiscard]] bool try_lock_shared();
  void unlock_shared();

private:
  static void leave(void* self) noexcept;

  // All under guard_. A lock is handed over: whoever is woken has it.
  detail::spin_lock guard_;
  std::uint32_t readers_ = 0; ///< that hold it
  bool writer_ = false;       ///< holds it
  detail::wait_queue waiting_readers_;
  detail::wait_queue waiting_writers_;
};

} // namespace runnel
