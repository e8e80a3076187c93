// condition_variable: wait for a condition on shared data, with any lock.
#pragma once

#include "runnel/annotations.h"
#include "runnel/clock.h"
#include "runnel/detail/sched.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

#include <condition_variable>
#include <utility>

namespace runnel {

/// Waits on any BasicLockable: std::unique_lock<runnel::mutex>, or a mutex itself.
///
///     runnel::mutex m;
///     runnel::condition_variable cv;
///     bool ready = false;
///     runnel::go([&] { std::lock_guard hold(m); ready = true; cv.notify_one(); });
///     std::unique_lock hold(m);
///     cv.wait(hold, [&] { return ready; });
///
/// No spurious wake-ups, but wait in a loop or with a predicate all the same: another party may
/// have been faster. First in, first out. May be destroyed once all waiters have been notified,
/// while notify is still on its way out. Memory order: that of the lock. Thread safety: any party;
/// notify needs no lock. Throws only what the lock or the predicate throws. Cost: notify_one O(1),
/// notify_all O(n) in those that wait; no allocation. Deadlines count by runnel::clock.
class condition_variable {
public:
  constexpr condition_variable() noexcept = default;
  condition_variable(const condition_variable&) = delete;
  condition_variable& operator=(const condition_variable&) = delete;

  template <class Lock> RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait(Lock& lock) {
    party me;
    relock<Lock> after(lock, *this, me);
    wait_notified(me);
  }
  template <class Lock, class Predicate>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait(Lock& lock, Predicate done) {
    while (!done())
      wait(lock);
  }
  template <class Lock>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS std::cv_status wait_until(Lock& lock,
                                                            clock::time_point deadline) {
    party me;
    me.node.token = &me.token;
    relock<Lock> after(lock, *this, me);
    return wait_notified_until(me, deadline) ? std::cv_status::no_timeout : std::cv_status::timeout;
  }
  template <class Lock, class Predicate>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS bool wait_until(Lock& lock, clock::time_point deadline,
                                                  Predicate done) {
    while (!done())
      if (wait_until(lock, deadline) == std::cv_status::timeout)
        return done();
    return true;
  }
  template <class Lock>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS std::cv_status wait_for(Lock& lock, duration d) {
    return wait_until(lock, detail::deadline_after(d));
  }
  template <class Lock, class Predicate>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS bool wait_for(Lock& lock, duration d, Predicate done) {
    return wait_until(lock, detail::deadline_after(d), std::move(done));
  }

  void notify_one() noexcept;
  void notify_all() noexcept;

private:
  // Who waits. It is queued before the user's lock is left, and so may be notified before it has
  // parked; `stage` settles which came first.
  struct party {
    detail::waiter node;
    detail::select_token token;
    detail::atomic<std::uint32_t> stage{0};
  };
  // Leaves the user's lock once the party is queued, and takes it back whatever happens.
  template <class Lock> struct relock {
    relock(Lock& l, condition_variable& cv, party& me) : lock(l) {
      cv.enqueue(me);
      try {
        lock.unlock();
      } catch (...) {
        cv.withdraw(me);
        throw;
      }
    }
    ~relock() noexcept(false) { lock.lock(); }
    Lock& lock;
  };

  void enqueue(party& me) noexcept;
  void withdraw(party& me) noexcept;
  void wait_notified(party& me) noexcept;
  bool wait_notified_until(party& me, clock::time_point deadline) noexcept;
  static void arrive(void* me) noexcept;
  static void signal(detail::waiter& w) noexcept;

  detail::spin_lock guard_;
  detail::wait_queue queue_;
};

} // namespace runnel
