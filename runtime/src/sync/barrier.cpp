// barrier: phases. The last to arrive runs the completion, then opens the next phase.
//
// 1. phase_ changes under guard_, after the completion; a waiter of a phase waits while phase_ is
// it.
// 2. left_ is zero exactly while the completion runs; nobody can arrive then without misuse.

#include "runnel/barrier.h"

#include "runnel/detail/sched.h"
#include "runnel/errors.h"

namespace runnel {

using namespace detail;

barrier::barrier(std::ptrdiff_t expected, std::function<void()> completion)
    : expected_(expected), left_(expected), completion_(std::move(completion)) {
  if (expected < 0)
    throw_sync_error("runnel: negative barrier");
}

void barrier::leave(void* self) noexcept { static_cast<barrier*>(self)->guard_.unlock(); }

barrier::arrival_token barrier::arrive_and_maybe_drop(std::ptrdiff_t n, bool drop) {
  decision_point(this);
  guard_.lock();
  if (n < 0 || n > left_) {
    guard_.unlock();
    throw_sync_error("runnel: more arrivals at a barrier than it expects");
  }
  expected_ -= drop;
  left_ -= n;
  arrival_token mine = phase_;
  if (left_ != 0 || n == 0) {
    guard_.unlock();
    return mine;
  }
  guard_.unlock();
  if (completion_)
    completion_();
  guard_.lock();
  ++phase_;
  left_ = expected_;
  waiter* all = queue_.pop_all();
  guard_.unlock();
  ready_all(all);
  return mine;
}

barrier::arrival_token barrier::arrive(std::ptrdiff_t n) { return arrive_and_maybe_drop(n, false); }

void barrier::arrive_and_drop() { arrive_and_maybe_drop(1, true); }

void barrier::wait(arrival_token phase) {
  decision_point(this);
  guard_.lock();
  if (phase_ != phase) {
    guard_.unlock();
    return;
  }
  waiter w;
  w.who = self();
  queue_.push(w);
  park(reason::barrier, this, leave, this);
}

} // namespace runnel
