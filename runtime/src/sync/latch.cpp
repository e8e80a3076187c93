// latch: opens once. guard_'s unlock is the last touch of the object by count_down().

#include "runnel/latch.h"

#include "runnel/detail/sched.h"
#include "runnel/errors.h"

namespace runnel {

using namespace detail;

latch::latch(std::ptrdiff_t expected) : left_(expected) {
  if (expected < 0)
    throw_sync_error("runnel: negative latch");
}

void latch::leave(void* self) noexcept { static_cast<latch*>(self)->guard_.unlock(); }

void latch::count_down(std::ptrdiff_t n) {
  decision_point(this);
  guard_.lock();
  if (n < 0 || n > left_) {
    guard_.unlock();
    throw_sync_error("runnel: latch counted below zero");
  }
  left_ -= n;
  waiter* all = left_ == 0 ? queue_.pop_all() : nullptr;
  guard_.unlock();
  ready_all(all);
}

bool latch::try_wait() {
  decision_point(this);
  guard_.lock();
  bool open = left_ == 0;
  guard_.unlock();
  return open;
}

void latch::wait() {
  decision_point(this);
  guard_.lock();
  if (left_ == 0) {
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  queue_.push(w);
  park(reason::latch, this, leave, this);
}

} // namespace runnel
