// Firing timers, and the calls of runnel/timer.h.

#include "time/timers.h"

#include "runnel/annotations.h"
#include "runnel/detail/closure.h"
#include "runnel/goroutine.h"
#include "sched/worker.h"
#include "testing/world.h"

#include <ctime>
#include <mutex>
#include <stdexcept>

namespace runnel::detail {

std::int64_t now_ns() noexcept {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_nsec;
}

namespace {

std::int64_t later(std::int64_t now, duration d) noexcept {
  std::int64_t ns = d.count();
  if (ns <= 0)
    return now;
  return ns > timer_heap::never - 1 - now ? timer_heap::never - 1 : now + ns;
}

timer_heap& heap_here() noexcept {
  worker* w = this_worker();
  return w ? w->timers : the_scheduler.home_timers();
}

// A foreign thread's timer went into the heap of a worker that may be asleep.
void tell_scheduler(timer_heap& heap) noexcept {
  worker* w = this_worker();
  if (!w || &w->timers != &heap)
    the_scheduler.timers_changed();
}

// Runs on another stack than the party's. Once `after` has run and the heap is unlocked, the node
// may be gone.
RUNNEL_ALLOW("scope-unknown-callee", "an after_switch must not block: sched.h, 1")
void arm(void* node) noexcept {
  auto& d = *static_cast<deadline_node*>(node);
  timer_heap& heap = *d.target;
  heap.lock();
  heap.insert(d);
  d.after(d.arg);
  heap.unlock();
}

} // namespace

void park_until(reason why, const void* object, after_switch after, void* arg, select_token& token,
                clock::time_point deadline) noexcept {
  thread_state& t = this_thread();
  worker* w = t.runs;
  if (!w || !w->current) {
    t.note.object.store(object, std::memory_order_relaxed);
    t.note.why.store(why, std::memory_order_relaxed);
    after(arg);
    if (!t.sleep.park_for(deadline.time_since_epoch().count() - now_ns())) {
      // Time is up. If a waker has claimed us meanwhile it will unpark: wait for that.
      if (!token.claim(select_token::timed_out))
        t.sleep.park();
    }
    // A waker counted us as awake once more than we had stopped to be.
    if (token.winner() != select_token::timed_out)
      the_scheduler.foreign_sleeps();
    t.note.why.store(reason::none, std::memory_order_relaxed);
    return;
  }
  deadline_node node;
  node.when = deadline.time_since_epoch().count();
  node.waits = true;
  node.token = &token;
  node.who = self();
  node.target = &w->timers;
  node.after = after;
  node.arg = arg;
  timer_heap& heap = w->timers;
  park(why, object, arm, &node);
  heap.lock();
  heap.remove(node);
  heap.unlock();
}

timer_core* take_event(timer_heap& heap, timer_core& core, std::int64_t now) noexcept {
  heap.remove(core);
  if (core.period > 0) {
    std::int64_t missed = (now - core.when) / core.period;
    core.when += core.period * (missed + 1);
    heap.insert(core);
    retain(&core);
  } // else the heap's reference is the caller's now
  return &core;
}

void fire_event(timer_core& core, std::int64_t now) noexcept {
  if (core.callback.call) {
    try {
      go_at(core.callback.where, 0,
            [call = core.callback.call, object = core.callback.object] { call(object.get()); });
    } catch (...) { // no memory for a goroutine: as late as can be is never
    }
    return;
  }
  auto* c = core.events.handle().core();
  clock::time_point time{duration(now)};
  owner wake;
  c->lock.lock();
  c->try_send(time, wake); // full: this tick is dropped
  c->lock.unlock();
  if (wake)
    ready(wake);
}

bool fire_due_timers(timer_heap& heap, std::int64_t now, worker* counts) noexcept {
  if (heap.next_due() > now)
    return false;
  std::uint64_t fired = 0;
  for (;;) {
    deadline_node* first = nullptr;
    deadline_node** last = &first;
    timer_core* event = nullptr;
    heap.lock();
    while (timer_node* n = heap.earliest()) {
      if (n->when > now)
        break;
      ++fired;
      if (!n->waits) {
        event = take_event(heap, static_cast<timer_core&>(*n), now);
        break;
      }
      heap.remove(*n);
      auto& d = static_cast<deadline_node&>(*n);
      if (d.token->claim(select_token::timed_out)) {
        d.next = nullptr;
        *last = &d;
        last = &d.next;
      }
    }
    heap.unlock();
    while (first) {
      deadline_node* d = first;
      first = d->next; // before ready(): after it the node may be gone
      ready(d->who);
    }
    if (!event)
      break;
    fire_event(*event, now);
    release(event);
  }
  if (counts)
    counts->fired.store(counts->fired.load(std::memory_order_relaxed) + fired,
                        std::memory_order_relaxed);
  return fired != 0;
}

void retain(timer_core* t) noexcept { t->references.fetch_add(1, std::memory_order_relaxed); }

void release(timer_core* t) noexcept {
  if (t->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete t;
}

timer_ref make_timer(duration first, duration period, timer_callback callback) {
  timer_ref t(new timer_core);
  timer_core& core = *t.get();
  if (callback.call) {
    core.callback = std::move(callback);
  } else {
    channel<clock::time_point> events(1);
    events.handle().core()->stays_open = true;
    core.events = std::move(events);
  }
  core.home = &heap_here();
  reset_timer(core, first, period);
  return t;
}

receiver<clock::time_point> timer_channel(const timer_core& t) { return t.events; }

bool stop_timer(timer_core& t) noexcept {
  decision_point(&t);
  t.home->lock();
  bool pending = t.home->remove(t);
  t.home->unlock();
  if (pending)
    release(&t);
  return pending;
}

bool reset_timer(timer_core& t, duration first, duration period) noexcept {
  decision_point(&t);
  std::int64_t when = later(clock::now().time_since_epoch().count(), first);
  t.home->lock();
  bool pending = t.home->remove(t);
  if (!pending)
    retain(&t);
  t.when = when;
  t.period = period.count();
  t.home->insert(t);
  t.home->unlock();
  tell_scheduler(*t.home);
  return pending;
}

void throw_bad_interval() {
  throw std::invalid_argument("runnel: the interval of a ticker must be positive");
}

} // namespace runnel::detail

namespace runnel {

clock::time_point clock::now() noexcept {
  if (detail::simulating()) [[unlikely]]
    if (detail::worker* w = detail::this_worker(); w && w->sim)
      return time_point(duration(w->sim->now()));
  return time_point(duration(detail::now_ns()));
}

receiver<clock::time_point> after(duration d) {
  detail::timer_ref t = detail::make_timer(d, duration::zero(), {});
  return detail::timer_channel(*t.get());
}

void sleep_until(clock::time_point t) {
  detail::decision_point(nullptr);
  if (t <= clock::now())
    return;
  detail::select_token token;
  detail::park_until(detail::reason::sleep, nullptr, [](void*) noexcept {}, nullptr, token, t);
}

void sleep_for(duration d) {
  if (d <= duration::zero())
    detail::decision_point(nullptr);
  else
    sleep_until(detail::deadline_after(d));
}

} // namespace runnel
