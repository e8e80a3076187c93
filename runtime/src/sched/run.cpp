// run(), and joining.

#include "runnel/detail/join_state.h"
#include "runnel/goroutine.h"
#include "sched/scheduler.h"
#include "sched/worker.h"

namespace runnel::detail {

void join_core::publish(void* self) noexcept {
  auto* s = static_cast<join_core*>(self);
  // Once the waiter is seen it may be woken, and take this object with it.
  owner me = owner::from_bits(s->waiting_);
  std::uintptr_t seen = running;
  if (!s->state_.compare_exchange_strong(seen, me.bits(), std::memory_order_release,
                                         std::memory_order_acquire))
    ready(me); // it ended meanwhile
}

void join_core::wait() noexcept {
  decision_point(this);
  if (done())
    return;
  waiting_ = self().bits();
  park(reason::join, this, publish, this);
}

bool join_core::complete() noexcept {
  std::uintptr_t before = state_.exchange(finished, std::memory_order_acq_rel);
  if (before == detached)
    return true;
  if (before != running)
    ready(owner::from_bits(before));
  return false;
}

void run_main(join_core& main, const options& o) {
  the_scheduler.ensure_started();
  if (o.workers != 0)
    the_scheduler.set_workers(o.workers);
  the_scheduler.set_stack_size(o.stack_size);
  struct waiting {
    waiting() noexcept { the_scheduler.waiting_runs.fetch_add(1, std::memory_order_seq_cst); }
    ~waiting() { the_scheduler.waiting_runs.fetch_sub(1, std::memory_order_seq_cst); }
  };
  start(main);
  waiting here;
  main.wait();
}

} // namespace runnel::detail
