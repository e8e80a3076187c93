// The scheduler: which workers run, which are idle.

#include "sched/scheduler.h"
#include "fiber/sanitizer.h"

#include "fiber/overflow.h"
#include "fiber/stack_pool.h"
#include "sched/cpus.h"
#include "sched/worker.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <pthread.h>
#include <signal.h>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

constinit scheduler the_scheduler;
constinit atomic<std::uint32_t> attention{0};

void global_queue::push(task& t) noexcept { push_chain(t, t, 1); }

void global_queue::push_chain(task& first, task& last, std::uint32_t n) noexcept {
  last.link = nullptr;
  std::lock_guard hold(lock_);
  (tail_ ? tail_->link : head_) = &first;
  tail_ = &last;
  size_.fetch_add(n, std::memory_order_seq_cst);
}

task* global_queue::pop(std::uint32_t most) noexcept {
  if (size() == 0)
    return nullptr;
  std::lock_guard hold(lock_);
  std::uint32_t have = size_.load(std::memory_order_relaxed);
  std::uint32_t n = std::min(most, have / std::max(1U, the_scheduler.workers_wanted()) + 1);
  n = std::min(n, have);
  if (n == 0)
    return nullptr;
  task* first = head_;
  task* last = first;
  for (std::uint32_t i = 1; i < n; ++i)
    last = last->link;
  head_ = last->link;
  if (!head_)
    tail_ = nullptr;
  last->link = nullptr;
  size_.fetch_sub(n, std::memory_order_seq_cst);
  return first;
}

namespace {

constexpr std::int64_t between_thread_attempts = 100'000'000;

// Threads of ours take no signals; handlers run on the program's own threads.
bool start_thread(void* (*body)(void*), void* arg) noexcept {
  sigset_t all, old;
  sigfillset(&all);
  for (int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT})
    sigdelset(&all, synchronous);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int failed = pthread_create(&thread, &attributes, body, arg);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return !failed;
}

void* worker_thread(void* self) {
  auto& w = *static_cast<worker*>(self);
  pthread_setname_np(pthread_self(), "runnel-worker");
  adopt_worker_thread(w);
  install_signal_stack();
  w.run_loop();
  return nullptr;
}

void* monitor_thread(void*) {
  pthread_setname_np(pthread_self(), "runnel-monitor");
  the_scheduler.monitor_loop();
  return nullptr;
}

} // namespace

void scheduler::start() noexcept {
  unsigned n = 0;
  if (const char* wanted = std::getenv("RUNNEL_PROCS"))
    n = static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
  const bool fixed = n != 0;
  if (!fixed)
    n = usable_cpus(); // reads files, so before the lock
  static constinit spin_lock once;
  std::lock_guard hold(once);
  if (started_.load(std::memory_order_relaxed))
    return;
  procs_fixed_.store(fixed, std::memory_order_relaxed);
  n = std::min(n, max_workers / 2);
  procs_.store(n, std::memory_order_relaxed);
  vacancies_.store(static_cast<std::int32_t>(n), std::memory_order_seq_cst);
  coarse_now.store(now_ns(), std::memory_order_relaxed);
  fp_default = fp_control::now();
  install_overflow_handler();
  if (!start_thread(monitor_thread, nullptr)) {
    std::fputs("runnel: fatal: cannot start a thread\n", stderr);
    std::abort();
  }
  started_.store(true, std::memory_order_release);
}

void scheduler::set_workers(unsigned n) noexcept {
  ensure_started();
  procs_fixed_.store(true, std::memory_order_relaxed);
  resize(n);
}

void scheduler::follow_cpus(unsigned n) noexcept {
  if (!procs_fixed_.load(std::memory_order_relaxed) && n != workers_wanted())
    resize(n);
}

void scheduler::resize(unsigned n) noexcept {
  n = std::clamp(n, 1U, max_workers / 2);
  std::lock_guard hold(lock_);
  auto before = static_cast<std::int32_t>(procs_.load(std::memory_order_relaxed));
  procs_.store(n, std::memory_order_relaxed);
  vacancies_.fetch_add(static_cast<std::int32_t>(n) - before, std::memory_order_seq_cst);
}

void scheduler::set_stack_size(std::size_t bytes) noexcept {
  default_class_.store(stack_pool::class_of(bytes), std::memory_order_relaxed);
}

void scheduler::inject(task& t) noexcept {
  ensure_started();
  global.push(t);
  offer_strictly();
}

bool scheduler::start_search() noexcept {
  if (procs_.load(std::memory_order_relaxed) == 1)
    return false;
  std::uint32_t running =
      procs_.load(std::memory_order_relaxed) -
      static_cast<std::uint32_t>(std::max(0, vacancies_.load(std::memory_order_relaxed)));
  if (2 * searching_.load(std::memory_order_relaxed) >= running)
    return false;
  searching_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

worker* scheduler::create_worker() noexcept {
  std::uint32_t index = count_.load(std::memory_order_relaxed);
  if (index == max_workers)
    return nullptr;
  auto* w = new (std::nothrow) worker(index);
  if (!w)
    return nullptr;
#if RUNNEL_TSAN
  __tsan_release(&w->thread); // see acquire_worker
#endif
  workers_[index].store(w, std::memory_order_release);
  count_.store(index + 1, std::memory_order_release);
  return w;
}

void scheduler::wake_one() noexcept {
  worker* w;
  bool fresh = false;
  {
    std::lock_guard hold(lock_);
    if (vacancies_.load(std::memory_order_relaxed) <= 0)
      return;
    w = idle_list_;
    if (w) {
      leave_idle_list(*w);
    } else if ((w = worker_without_thread())) {
      fresh = true;
    } else {
      return;
    }
    vacancies_.fetch_sub(1, std::memory_order_seq_cst);
    searching_.fetch_add(1, std::memory_order_seq_cst);
    w->searching = true; // it sleeps, or does not exist yet: ours to write
  }
  wake_monitor();
  if (!fresh)
    w->thread.sleep.unpark();
  else if (!start_thread(worker_thread, w))
    no_thread_for(*w);
}

// One that failed to get a thread, some time ago, or a new one; null if there is none.
worker* scheduler::worker_without_thread() noexcept {
  if (!threadless_)
    return create_worker();
  if (coarse_now.load(std::memory_order_relaxed) - thread_failed_at_ < between_thread_attempts)
    return nullptr;
  worker* w = threadless_;
  threadless_ = w->next_idle;
  w->next_idle = nullptr;
  w->stands.store(standing::running, std::memory_order_relaxed);
  absent_.fetch_sub(1, std::memory_order_seq_cst);
  return w;
}

// No more threads. What there are will have to do; without any there is no scheduler.
void scheduler::no_thread_for(worker& w) noexcept {
  std::lock_guard hold(lock_);
  searching_.fetch_sub(1, std::memory_order_seq_cst);
  vacancies_.fetch_add(1, std::memory_order_seq_cst);
  w.searching = false;
  w.stands.store(standing::away, std::memory_order_relaxed);
  absent_.fetch_add(1, std::memory_order_seq_cst);
  w.next_idle = threadless_;
  threadless_ = &w;
  thread_failed_at_ = coarse_now.load(std::memory_order_relaxed);
  if (present() == 0) {
    std::fputs("runnel: fatal: cannot start a thread\n", stderr);
    std::abort();
  }
}

void scheduler::leave_idle_list(worker& w) noexcept {
  for (worker** at = &idle_list_; *at; at = &(*at)->next_idle)
    if (*at == &w) {
      *at = w.next_idle;
      break;
    }
  w.next_idle = nullptr;
  w.stands.store(standing::running, std::memory_order_relaxed);
  idle_.fetch_sub(1, std::memory_order_seq_cst);
}

bool scheduler::work_in_sight() const noexcept {
  if (global.size() != 0)
    return true;
  bool found = false;
  for_each_worker([&](worker& w) { found = found || w.has_work(); });
  return found;
}

void scheduler::rest(worker& w) noexcept {
  bool last;
  {
    std::lock_guard hold(lock_);
    w.stands.store(standing::idle, std::memory_order_relaxed);
    w.next_idle = idle_list_;
    idle_list_ = &w;
    std::uint32_t idle = idle_.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (!no_longer_stuck(w)) // else it counts as vacant already
      vacancies_.fetch_add(1, std::memory_order_seq_cst);
    last = idle + away_.load(std::memory_order_relaxed) == present();
  }
  if (has_vacancy() && work_in_sight()) {
    std::lock_guard hold(lock_);
    if (w.stands.load(std::memory_order_relaxed) == standing::idle) {
      leave_idle_list(w);
      vacancies_.fetch_sub(1, std::memory_order_seq_cst);
      searching_.fetch_add(1, std::memory_order_seq_cst);
      w.searching = true;
      return;
    }
  }
  if (starved() != 0) [[unlikely]]
    feed_from_idle();
  std::int64_t due = timer_heap::never;
  if (last) {
    due = next_due();
    check_deadlock();
  }
  if (due == timer_heap::never) {
    w.thread.sleep.park();
    return;
  }
  std::int64_t left = due - now_ns();
  if (left > 0 && w.thread.sleep.park_for(left))
    return;
  {
    std::lock_guard hold(lock_);
    if (w.stands.load(std::memory_order_relaxed) == standing::idle) {
      leave_idle_list(w);
      vacancies_.fetch_sub(1, std::memory_order_seq_cst);
      return;
    }
  }
  w.thread.sleep.park(); // somebody was about to wake us: take the wake-up
}

void scheduler::away(worker& w) noexcept {
  {
    std::lock_guard hold(lock_);
    w.stands.store(standing::away, std::memory_order_relaxed);
    away_.fetch_add(1, std::memory_order_seq_cst);
    if (!no_longer_stuck(w))
      vacancies_.fetch_add(1, std::memory_order_seq_cst);
  }
  // Nobody may be awake now to see to what is queued here or to timers that come due.
  if (w.next.peek() || work_in_sight() || next_due() != timer_heap::never)
    offer_strictly();
}

void scheduler::back(worker& w) noexcept {
  std::lock_guard hold(lock_);
  w.stands.store(standing::running, std::memory_order_relaxed);
  away_.fetch_sub(1, std::memory_order_seq_cst);
  vacancies_.fetch_sub(1, std::memory_order_seq_cst); // perhaps below zero: one rests soon
}

void scheduler::mark_stuck(worker& w) noexcept {
  std::lock_guard hold(lock_);
  if (w.stands.load(std::memory_order_relaxed) != standing::running ||
      w.stuck.exchange(true, std::memory_order_relaxed))
    return;
  attention.fetch_add(one_overdue, std::memory_order_relaxed);
  vacancies_.fetch_add(1, std::memory_order_seq_cst);
  retakes.fetch_add(1, std::memory_order_relaxed);
}

// True: it was.
bool scheduler::no_longer_stuck(worker& w) noexcept {
  if (!w.stuck.exchange(false, std::memory_order_relaxed))
    return false;
  attention.fetch_sub(one_overdue, std::memory_order_relaxed);
  return true;
}

void scheduler::unstick(worker& w) noexcept {
  std::lock_guard hold(lock_);
  if (no_longer_stuck(w))
    vacancies_.fetch_sub(1, std::memory_order_seq_cst);
}

std::int64_t scheduler::next_due() const noexcept {
  std::int64_t earliest = timer_heap::never;
  for_each_worker([&](worker& w) { earliest = std::min(earliest, w.timers.next_due()); });
  return earliest;
}

timer_heap& scheduler::home_timers() noexcept {
  ensure_started();
  if (count_.load(std::memory_order_acquire) == 0)
    wake_one();
  while (count_.load(std::memory_order_acquire) == 0)
    spin_hint(100);
  return worker_at(0)->timers;
}

// The timer is in its heap before we look who is idle; a worker counts itself as idle before it
// looks for the next timer. Both are read-modify-writes of the same words, so one comes first, and
// either that worker sees the timer or we see it idle.
void scheduler::timers_changed() noexcept {
  // The last worker that fell asleep sleeps until the earliest timer that it knew of.
  if (idle_.fetch_add(0, std::memory_order_seq_cst) +
          away_.fetch_add(0, std::memory_order_seq_cst) ==
      present())
    offer_strictly();
}

bool scheduler::quiescent() const noexcept {
  if (waiting_runs.load(std::memory_order_seq_cst) == 0 ||
      foreign_awake_.load(std::memory_order_seq_cst) > 0 ||
      away_.load(std::memory_order_seq_cst) != 0 || next_due() != timer_heap::never ||
      idle_.load(std::memory_order_seq_cst) != present() || stacks().trimming())
    return false;
  bool woken = false;
  for_each_worker([&](worker& w) { woken = woken || w.next.peek(); });
  return !woken && !work_in_sight();
}

void scheduler::check_deadlock() noexcept {
  if (waiting_runs.load(std::memory_order_seq_cst) == 0)
    return;
  std::lock_guard hold(lock_); // so that nobody falls asleep or is woken meanwhile
  if (quiescent()) {
    if (starved() != 0)
      die_without_stacks();
    die_deadlocked();
  }
}

void scheduler::foreign_sleeps() noexcept {
  if (foreign_awake_.fetch_sub(1, std::memory_order_seq_cst) == 1)
    check_deadlock();
}

// A starved goroutine is in starved_ before we look for stacks; a worker that falls asleep with
// stacks in its cache is on the idle list before it looks at starved_ (rest()). One sees the other.
void scheduler::no_memory_for_stack(closure& c) noexcept {
  starved_.push(c);
  feed_from_idle();
  if (stacks().made() == stacks().free())
    die_without_stacks();
}

void scheduler::feed_one() noexcept {
  if (task* t = starved_.pop(1))
    inject(*t);
}

void scheduler::feed_from_idle() noexcept {
  collect_idle_stacks();
  for (std::uint32_t n = starved_.size(); n > 0 && stacks().free() != 0; --n) {
    task* t = starved_.pop(1);
    if (!t)
      return;
    if (stacks().has_free(stack_class_for(static_cast<closure&>(*t))))
      inject(*t);
    else
      starved_.push(*t);
  }
}

void scheduler::collect_idle_stacks() noexcept {
  std::lock_guard hold(lock_); // an idle worker's cache is not in use until it leaves the list
  for (worker* w = idle_list_; w; w = w->next_idle)
    stacks().give(w->free_stacks, 0, 0);
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
