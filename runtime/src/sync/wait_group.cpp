// wait_group: the paths that touch zero.
//
// 1. The count goes from and to zero under guard_ only, so a waiter that finds zero under guard_
//    has seen the last touch of the object by the done() that made it so, but for guard_'s unlock,
//    which it has seen too.
// 2. `waking_` counts the waiters of the last round that have not returned; they are the last to
//    touch the object.

#include "runnel/wait_group.h"

#include "runnel/detail/sched.h"
#include "runnel/errors.h"

namespace runnel {

using namespace detail;

void wait_group::leave(void* self) noexcept { static_cast<wait_group*>(self)->guard_.unlock(); }

void wait_group::add_slowly(std::int64_t n) {
  guard_.lock();
  std::int64_t before = count_.load(std::memory_order_relaxed);
  for (;;) {
    const char* misuse = nullptr;
    if (before + n < 0)
      misuse = "runnel: negative wait_group counter";
    else if (before == 0 && n > 0 && waking_ != 0)
      misuse = "runnel: wait_group: add at zero races with a wait that has not returned";
    if (misuse) {
      guard_.unlock();
      throw_sync_error(misuse);
    }
    if (count_.compare_exchange_weak(before, before + n, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      break;
  }
  if (before + n != 0) {
    guard_.unlock();
    return;
  }
  waiter* all = queue_.pop_all();
  for (waiter* w = all; w; w = w->next)
    ++waking_;
  guard_.unlock();
  ready_all(all);
}

void wait_group::wait() {
  decision_point(this);
  guard_.lock();
  if (count_.load(std::memory_order_relaxed) == 0) {
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  queue_.push(w);
  park(reason::wait_group, this, leave, this);
  guard_.lock();
  --waking_;
  guard_.unlock();
}

} // namespace runnel
