// condition_variable: waiting, and being notified before one has even parked.
//
//   stage      to         by
//   arriving   parked     the waiter, after it left its stack
//   arriving   notified   a notifier: the waiter will not park
//   parked     notified   a notifier, which then readies the waiter
//
// 1. The queue is under guard_, whose unlock is the last touch of the object by notify.
// 2. A notifier's last touch of a party is the exchange of its stage, or ready().

#include "runnel/condition_variable.h"

namespace runnel {

using namespace detail;

namespace {
constexpr std::uint32_t arriving = 0, parked = 1, notified = 2;
}

void condition_variable::enqueue(party& me) noexcept {
  decision_point(this);
  me.node.who = self();
  me.node.slot = &me;
  guard_.lock();
  queue_.push(me.node);
  guard_.unlock();
}

void condition_variable::withdraw(party& me) noexcept {
  guard_.lock();
  if (me.node.queued.load(std::memory_order_relaxed))
    queue_.unlink(me.node);
  guard_.unlock();
  // A notifier that has dequeued us still has to signal; wait for its last touch.
  for (unsigned round = 0; me.node.ok && me.stage.load(std::memory_order_acquire) != notified;)
    spin_hint(round++);
}

void condition_variable::arrive(void* who) noexcept {
  auto& me = *static_cast<party*>(who);
  owner self = me.node.who;
  std::uint32_t seen = arriving;
  if (!me.stage.compare_exchange_strong(seen, parked, std::memory_order_release,
                                        std::memory_order_acquire))
    ready(self);
}

void condition_variable::wait_notified(party& me) noexcept {
  if (me.stage.load(std::memory_order_acquire) != notified)
    park(reason::condition, this, arrive, &me);
}

bool condition_variable::wait_notified_until(party& me, clock::time_point deadline) noexcept {
  if (me.stage.load(std::memory_order_acquire) != notified) {
    park_until(reason::condition, this, arrive, &me, me.token, deadline);
    if (me.token.winner() == select_token::timed_out) {
      guard_.lock();
      if (me.node.queued.load(std::memory_order_relaxed))
        queue_.unlink(me.node);
      guard_.unlock();
      return false;
    }
  }
  return true;
}

void condition_variable::signal(waiter& w) noexcept {
  auto& p = *static_cast<party*>(w.slot);
  owner who = w.who;
  if (p.stage.exchange(notified, std::memory_order_acq_rel) == parked)
    ready(who);
}

void condition_variable::notify_one() noexcept {
  decision_point(this);
  guard_.lock();
  waiter* w = queue_.pop_claimed();
  if (w)
    w->ok = true;
  guard_.unlock();
  if (w)
    signal(*w);
}

void condition_variable::notify_all() noexcept {
  decision_point(this);
  guard_.lock();
  waiter* all = queue_.pop_all();
  for (waiter* w = all; w; w = w->next)
    w->ok = true;
  guard_.unlock();
  while (all) {
    waiter* next = all->next;
    signal(*all);
    all = next;
  }
}

} // namespace runnel
