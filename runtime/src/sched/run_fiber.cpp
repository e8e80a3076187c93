// Switching between goroutines, and what runs on their stacks.

#include "debug/describe.h"
#include "fiber/fp_control.h"
#include "fiber/overflow.h"
#include "fiber/sanitizer.h"
#include "runnel/goroutine.h"
#include "sched/worker.h"
#include "testing/world.h"

#include <cerrno>
#include <exception>
#include <pthread.h>
#include <utility>

// ThreadSanitizer's view of the current stack changes in the middle of these functions, so they
// must not be instrumented: its shadow stack would underflow.
#if defined(__clang__) && RUNNEL_TSAN
#define RUNNEL_UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation, noinline))
#elif RUNNEL_TSAN
#define RUNNEL_UNINSTRUMENTED __attribute__((no_sanitize_thread, noinline))
#else
#define RUNNEL_UNINSTRUMENTED
#endif

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

void adopt_stack(worker& w) noexcept {
  w.error = &errno;
  w.exceptions = reinterpret_cast<exceptions_in_flight*>(__cxxabiv1::__cxa_get_globals());
#if RUNNEL_ASAN
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* bottom;
    pthread_attr_getstack(&attributes, &bottom, &w.own_stack_size);
    w.own_stack = bottom;
    pthread_attr_destroy(&attributes);
  }
#endif
#if RUNNEL_TSAN
  w.tsan = __tsan_get_current_fiber();
#endif
}

void adopt_stack_of(worker& w, worker* outside) noexcept {
  adopt_stack(w);
  if (outside && outside->current) {
    fiber& f = *outside->current;
    w.own_stack = f.slot;
    w.own_stack_size = static_cast<std::size_t>(f.stack_top() - f.slot);
  }
}

namespace {

void nothing(void*) noexcept {}

void bump(std::atomic<std::uint64_t>& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

#if RUNNEL_TSAN
// A goroutine may come to a worker that was made after its own last edge.
void acquire_worker(worker& w) noexcept { __tsan_acquire(&w.thread); }

// A simulated world is one thread by design: its switches are edges.
unsigned tsan_flags(const worker& w) noexcept { return w.sim ? 0 : 1; }
#endif

#if RUNNEL_ASAN
void before_switch(void** fake_stack, worker& w, fiber* to) noexcept {
  if (to)
    __sanitizer_start_switch_fiber(fake_stack, to->slot,
                                   static_cast<std::size_t>(to->stack_top() - to->slot));
  else
    __sanitizer_start_switch_fiber(fake_stack, w.own_stack, w.own_stack_size);
}
#else
void before_switch(void**, worker&, fiber*) noexcept {}
#endif

// A fiber has an sp exactly while it is not on any CPU: that is how reports know.
void* leave_sp(fiber& f) noexcept { return std::exchange(f.sp, nullptr); }

void recycle_after(void* dead) noexcept { this_worker()->recycle(*static_cast<fiber*>(dead)); }

void inject_after(void* yielded) noexcept {
  auto* f = static_cast<fiber*>(yielded);
  f->state.store(fiber_state::ready, std::memory_order_relaxed);
  the_scheduler.global.push(*f);
}

void requeue_after(void* yielded) noexcept {
  auto* f = static_cast<fiber*>(yielded);
  f->state.store(fiber_state::ready, std::memory_order_relaxed);
  this_worker()->enqueue(*f);
}

} // namespace

RUNNEL_UNINSTRUMENTED void worker::switch_from(worker& w, fiber& from, fiber* to,
                                               after_switch after, void* arg) noexcept {
  bump(w.switches);
  w.current = to;
  before_switch(&from.fake_stack, w, to);
#if RUNNEL_TSAN
  __tsan_release(&w);
  __tsan_switch_to_fiber(w.tsan, tsan_flags(w));
#endif
  arrival a = runnel_switch(&from.sp, to ? leave_sp(*to) : w.sp, after, arg);
#if RUNNEL_ASAN
  __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
#if RUNNEL_TSAN
  __tsan_acquire(&from);
  acquire_worker(*this_worker());
#endif
  a.run(a.arg);
}

// From the worker's own context to a goroutine, and back some time later.
RUNNEL_UNINSTRUMENTED void worker::execute(task& t) noexcept {
  fiber* f = fiber_for(t);
  if (!f)
    return;
  bump(switches);
  current = f;
  before_switch(&fake_stack, *this, f);
#if RUNNEL_TSAN
  __tsan_switch_to_fiber(f->tsan, tsan_flags(*this));
#endif
  arrival a = runnel_switch(&sp, leave_sp(*f), nothing, nullptr);
#if RUNNEL_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
#if RUNNEL_TSAN
  __tsan_acquire(this);
#endif
  current = nullptr;
  a.run(a.arg);
}

namespace {

// What belongs to a goroutine but lives in its thread: taken along across a switch.
class of_thread {
public:
  explicit of_thread(worker& w) noexcept : errno_(*w.error), exceptions_(*w.exceptions) {
    if (in_flight()) [[unlikely]]
      *w.exceptions = {};
  }
  void put_back() const noexcept {
    worker& now = *this_worker();
    *now.error = errno_;
    if (in_flight()) [[unlikely]]
      *now.exceptions = exceptions_;
    fp_.put_back();
  }

private:
  bool in_flight() const noexcept { return exceptions_.caught || exceptions_.uncaught; }

  int errno_;
  exceptions_in_flight exceptions_;
  [[no_unique_address]] fp_control fp_ = fp_control::now();
};

} // namespace

namespace {

// A goroutine that waits inside blocking() lets its worker go on; afterwards it blocks whatever
// worker it is on then.
class out_of_blocking {
public:
  explicit out_of_blocking(worker& w) noexcept
      : was_away_(w.stands.load(std::memory_order_relaxed) == standing::away) {
    if (was_away_) [[unlikely]]
      leave_blocking();
  }
  ~out_of_blocking() {
    if (was_away_) [[unlikely]]
      enter_blocking();
  }

private:
  bool was_away_;
};

} // namespace

void worker::park_current(after_switch after, void* arg) noexcept {
  fiber& me = *current;
  const out_of_blocking while_parked(*this);
  const of_thread mine(*this);
  me.state.store(fiber_state::parked, std::memory_order_relaxed);
  fiber* to = nullptr;
  if constexpr (!with_tsan)
    if (!sim)
      if (task* next = next_local(timers_may::wait))
        to = fiber_for(*next);
  switch_from(*this, me, to, after, arg);
  mine.put_back();
}

void worker::yield_current() noexcept {
  fiber& me = *current;
  const out_of_blocking while_others_run(*this);
  task* next = next_local(timers_may::fire);
  if (!next && !(next = the_scheduler.global.pop(1)))
    return;
  const of_thread mine(*this);
  if constexpr (with_tsan) { // by way of the worker's own context, as all switches then are
    enqueue(*next);
    switch_from(*this, me, nullptr, requeue_after, &me);
  } else if (fiber* to = fiber_for(*next)) {
    switch_from(*this, me, to, requeue_after, &me);
  }
  mine.put_back();
}

void worker::give_way() noexcept {
  the_scheduler.unstick(*this);
  if (!the_scheduler.crowded()) { // no spare has come yet
    yield_current();
    return;
  }
  fiber& me = *current;
  const of_thread mine(*this);
  switch_from(*this, me, nullptr, inject_after, &me);
  mine.put_back();
}

namespace {

void take_on(fiber& f, closure& c) noexcept {
  f.body = &c;
  f.id = c.id;
  f.where = c.where;
  f.state.store(fiber_state::running, std::memory_order_relaxed);
}

} // namespace

fiber* worker::fiber_for_new(closure& c) noexcept {
  std::uint32_t size_class = stack_class_for(c);
  fiber* f = nullptr;
  if (size_class == 0) {
    f = free_stacks.pop();
    if (!f && !with_tsan) {
      stacks().refill(free_stacks, 0);
      f = free_stacks.pop();
    }
  }
  if (!f)
    f = stacks().take(size_class);
  if (!f) {
    // No memory for a stack. Others that end will leave theirs; if none can, that is the end.
    the_scheduler.no_memory_for_stack(c);
    return nullptr;
  }
  take_on(*f, c);
  f->home = sim;
  if (sim)
    sim->born(*f);
  f->sp = prepare_stack(f->stack_top(), fiber_main, f);
#if RUNNEL_ASAN
  __asan_unpoison_memory_region(f->slot + 4096,
                                static_cast<std::size_t>(f->stack_top() - f->slot) - 4096);
#endif
#if RUNNEL_TSAN
  f->tsan = __tsan_create_fiber(0);
#endif
  return f;
}

void worker::recycle(fiber& f) noexcept {
  f.state.store(fiber_state::free, std::memory_order_relaxed);
#if RUNNEL_TSAN
  __tsan_destroy_fiber(f.tsan);
  f.tsan = nullptr;
#endif
  if (f.size_class != 0 || with_tsan) {
    stacks().give(&f);
    return;
  }
  free_stacks.push(&f);
  if (free_stacks.size > 64)
    stacks().give(free_stacks, 32, 0);
}

namespace {

// Apart, so that the frame with the handler is not the one that switches.
[[gnu::noinline]] void run_goroutine(fiber& f) noexcept {
  try {
    f.body->run(f.body);
  } catch (...) {
    if (f.home)
      f.home->panic(f, std::current_exception());
    else
      die_of_exception(f, std::current_exception());
  }
  if (!f.guarded && *reinterpret_cast<const std::uint64_t*>(f.slot) != stack_canary) [[unlikely]]
    die_of_overflow(f); // found late, but found
  f.body = nullptr;
  f.name[0] = 0;
}

} // namespace

RUNNEL_UNINSTRUMENTED void worker::leave_for_good(fiber& dead, fiber* to) noexcept {
  bump(switches);
  current = to;
  before_switch(nullptr, *this, to);
#if RUNNEL_TSAN
  __tsan_switch_to_fiber(tsan, tsan_flags(*this));
#endif
  runnel_switch(&dead.sp, to ? leave_sp(*to) : sp, recycle_after, &dead);
  __builtin_trap();
}

void fiber_main(void* self, after_switch run, void* arg) {
  auto& me = *static_cast<fiber*>(self);
#if RUNNEL_ASAN
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  run(arg);
  for (;;) {
    the_scheduler.fp_default.put_back();
#if RUNNEL_TSAN
    __tsan_acquire(me.body);
#endif
    run_goroutine(me);
    worker& w = *this_worker();
#if RUNNEL_TSAN
    acquire_worker(w);
#endif
    bump(w.finished);
    if (w.sim)
      w.sim->died(me);
    fiber* to = nullptr;
    if (the_scheduler.starved() != 0) [[unlikely]]
      the_scheduler.feed_one(); // this stack comes free
    if (!with_tsan && !w.sim) {
      if (task* next = w.next_local(worker::timers_may::fire)) {
        // The next one runs right here if it needs a stack and this one fits.
        if (next->run && stack_class_for(static_cast<closure&>(*next)) == me.size_class) {
          take_on(me, static_cast<closure&>(*next));
          continue;
        }
        to = w.fiber_for(*next);
      }
    }
    w.leave_for_good(me, to);
  }
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
