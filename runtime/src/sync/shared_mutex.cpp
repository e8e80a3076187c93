// shared_mutex: many readers or one writer; waiting writers first.
//
// 1. All state is under guard_, whose unlock is the last touch of the object.
// 2. A lock is handed over: who is woken holds it already, so nobody overtakes.
// 3. A reader waits if a writer holds or waits; a writer waits if anybody holds.

#include "runnel/shared_mutex.h"

#include "runnel/detail/sched.h"
#include "runnel/errors.h"

namespace runnel {

using namespace detail;

void shared_mutex::leave(void* self) noexcept { static_cast<shared_mutex*>(self)->guard_.unlock(); }

void shared_mutex::lock() {
  blocking_point(this);
  guard_.lock();
  if (!writer_ && readers_ == 0) {
    writer_ = true;
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  waiting_writers_.push(w);
  park(reason::shared_mutex_write, this, leave, this);
}

bool shared_mutex::try_lock() {
  decision_point(this);
  guard_.lock();
  bool got = !writer_ && readers_ == 0;
  writer_ = writer_ || got;
  guard_.unlock();
  return got;
}

void shared_mutex::unlock() {
  decision_point(this);
  guard_.lock();
  if (!writer_) {
    guard_.unlock();
    throw_sync_error("runnel: unlock of a shared_mutex that no writer holds");
  }
  waiter* woken = waiting_readers_.pop_all();
  if (woken) {
    for (waiter* w = woken; w; w = w->next)
      ++readers_;
    writer_ = false;
  } else if ((woken = waiting_writers_.pop_claimed())) {
    woken->next = nullptr; // stays held, by the next writer
  } else {
    writer_ = false;
  }
  guard_.unlock();
  ready_all(woken);
}

void shared_mutex::lock_shared() {
  blocking_point(this);
  guard_.lock();
  if (!writer_ && waiting_writers_.empty()) {
    ++readers_;
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  waiting_readers_.push(w);
  park(reason::shared_mutex_read, this, leave, this);
}

bool shared_mutex::try_lock_shared() {
  decision_point(this);
  guard_.lock();
  bool got = !writer_ && waiting_writers_.empty();
  readers_ += got;
  guard_.unlock();
  return got;
}

void shared_mutex::unlock_shared() {
  decision_point(this);
  guard_.lock();
  if (readers_ == 0) {
    guard_.unlock();
    throw_sync_error("runnel: unlock_shared of a shared_mutex that no reader holds");
  }
  waiter* woken = nullptr;
  if (--readers_ == 0 && (woken = waiting_writers_.pop_claimed())) {
    woken->next = nullptr;
    writer_ = true;
  }
  guard_.unlock();
  ready_all(woken);
}

} // namespace runnel
