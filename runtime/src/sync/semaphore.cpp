// semaphore: permits are handed to waiters, first in, first out.
//
// 1. While anybody waits, permits_ is zero. 2. guard_'s unlock is the last touch of the object.

#include "runnel/semaphore.h"

#include "runnel/detail/sched.h"
#include "runnel/errors.h"

namespace runnel {

using namespace detail;

semaphore::semaphore(std::ptrdiff_t permits) : permits_(permits) {
  if (permits < 0)
    throw_sync_error("runnel: negative semaphore");
}

void semaphore::leave(void* self) noexcept { static_cast<semaphore*>(self)->guard_.unlock(); }

bool semaphore::try_acquire() {
  decision_point(this);
  guard_.lock();
  bool got = permits_ > 0;
  permits_ -= got;
  guard_.unlock();
  return got;
}

void semaphore::acquire() {
  blocking_point(this);
  guard_.lock();
  if (permits_ > 0) {
    --permits_;
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  queue_.push(w);
  park(reason::semaphore, this, leave, this);
}

bool semaphore::try_acquire_until(clock::time_point deadline) {
  decision_point(this);
  guard_.lock();
  if (permits_ > 0) {
    --permits_;
    guard_.unlock();
    return true;
  }
  waiter w;
  select_token token;
  w.who = self();
  w.token = &token;
  queue_.push(w);
  park_until(reason::semaphore, this, leave, this, token, deadline);
  if (token.winner() != select_token::timed_out)
    return true;
  guard_.lock();
  if (w.queued.load(std::memory_order_relaxed))
    queue_.unlink(w);
  guard_.unlock();
  return false;
}

void semaphore::release(std::ptrdiff_t n) {
  if (n < 0)
    throw_sync_error("runnel: negative release of a semaphore");
  decision_point(this);
  waiter* all = nullptr;
  waiter** end = &all;
  guard_.lock();
  while (n > 0) {
    waiter* w = queue_.pop_claimed();
    if (!w)
      break;
    *end = w;
    end = &w->next;
    --n;
  }
  *end = nullptr;
  permits_ += n;
  guard_.unlock();
  ready_all(all);
}

} // namespace runnel
