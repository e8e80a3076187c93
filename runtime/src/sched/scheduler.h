// The scheduler: which workers run, which are idle, and what belongs to none of them.
//
// Glossary. A *task* wants to run: a woken goroutine, or one that has not started. A *worker* is an
// OS thread that runs tasks. At most `procs` workers run at a time; others are *idle* (parked),
// *away* (inside blocking()) or *stuck* (have not come back to the scheduler for long). *Vacancies*
// are procs minus running workers: positive, somebody could be woken; negative, somebody ought to
// rest. A worker that *searches* has no work and looks for some.
//
// 1. `vacancies_`, the idle list and every worker's `standing` change under `lock_`.
// 2. A worker announces that it is idle (vacancies_ up, seq_cst) before it looks at all queues for
//    the last time. Who makes work public through the global queue looks at vacancies_ (seq_cst)
//    afterwards. One of the two sees the other. Pushes onto a worker's own queues skip that fence;
//    the worker itself is still there to run them, and the monitor evens out what was missed.
// 3. Only one searcher is woken at a time; it wakes the next when it has found work.
// 4. Deadlock: no worker runs or is away, no queue holds a task, no timer is pending, no foreign
//    thread that has used the runtime is awake, and somebody waits in run().
//
// Rejected: a task handed to a named worker (the worker may be busy for long); waking on every push
// (ping-pong between two goroutines would bounce between cores); a timer thread (two switches of OS
// threads for each timer).
#pragma once

#include "fiber/fp_control.h"
#include "runnel/detail/shim.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/task.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace runnel::detail {

struct worker;
class timer_heap;

/// Tasks that belong to no worker: from foreign threads, and what overflowed. First in, first out.
class global_queue {
public:
  void push(task& t) noexcept;
  void push_chain(task& first, task& last, std::uint32_t n) noexcept;
  /// Up to `most`, linked; null if there are none.
  task* pop(std::uint32_t most) noexcept;
  std::uint32_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }

private:
  spin_lock lock_;
  task* head_ = nullptr;
  task* tail_ = nullptr;
  atomic<std::uint32_t> size_{0};
};

class scheduler {
public:
  static constexpr std::uint32_t max_workers = 1024;

  constexpr scheduler() noexcept = default;

  /// Starts it if it is not running. Any thread.
  void ensure_started() {
    if (!started_.load(std::memory_order_acquire)) [[unlikely]]
      start();
  }
  void set_workers(unsigned n) noexcept;
  unsigned workers_wanted() const noexcept { return procs_.load(std::memory_order_relaxed); }
  void set_stack_size(std::size_t bytes) noexcept;
  std::uint32_t default_stack_class() const noexcept {
    return default_class_.load(std::memory_order_relaxed);
  }

  /// Follows the number of CPUs that the process may use, unless the program has set its own.
  void follow_cpus(unsigned n) noexcept;

  /// A goroutine got no stack: it waits until another ends and leaves its own. If there is none
  /// that could, the process ends with a report.
  void no_memory_for_stack(closure& c) noexcept;
  std::uint32_t starved() const noexcept { return starved_.size(); }
  /// Lets one of those try again.
  void feed_one() noexcept;
  /// What idle workers have in their caches goes back to the pool.
  void collect_idle_stacks() noexcept;

  /// A task from a foreign thread.
  void inject(task& t) noexcept;

  /// There is work that an idle worker could take.
  void offer() noexcept {
    if (vacancies_.load(std::memory_order_relaxed) > 0 &&
        searching_.load(std::memory_order_relaxed) == 0) [[unlikely]]
      wake_one();
  }
  void offer_strictly() noexcept {
    if (vacancies_.load(std::memory_order_seq_cst) > 0 &&
        searching_.load(std::memory_order_seq_cst) == 0)
      wake_one();
  }
  bool crowded() const noexcept { return vacancies_.load(std::memory_order_relaxed) < 0; }
  bool has_vacancy() const noexcept { return vacancies_.load(std::memory_order_relaxed) > 0; }
  /// Wakes an idle worker, or starts one. It counts as searching.
  void wake_one() noexcept;

  /// A worker has nothing to do: sleeps until it is woken or the next timer of all is due. Whoever
  /// wakes it sets `searching`.
  void rest(worker& w) noexcept;

  // Leaving and entering the set of running workers without sleeping.
  void away(worker& w) noexcept;
  void back(worker& w) noexcept;
  void mark_stuck(worker& w) noexcept;
  void unstick(worker& w) noexcept;

  // Foreign threads, for invariant 4.
  void foreign_wakes() noexcept { foreign_awake_.fetch_add(1, std::memory_order_seq_cst); }
  void foreign_sleeps() noexcept;

  template <class Visit> void for_each_worker(Visit visit) const {
    std::uint32_t n = count_.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < n; ++i)
      if (worker* w = workers_[i].load(std::memory_order_acquire))
        visit(*w);
  }
  std::uint32_t worker_count() const noexcept { return count_.load(std::memory_order_acquire); }
  worker* worker_at(std::uint32_t i) const noexcept {
    return workers_[i].load(std::memory_order_acquire);
  }
  std::uint32_t idle_count() const noexcept { return idle_.load(std::memory_order_relaxed); }

  /// When the earliest timer of all is due.
  std::int64_t next_due() const noexcept;
  /// The heap for timers of foreign threads.
  timer_heap& home_timers() noexcept;
  /// A timer went into the heap of a worker that may be asleep.
  void timers_changed() noexcept;

  std::uint64_t take_ids(std::uint64_t n) noexcept {
    return next_id_.fetch_add(n, std::memory_order_relaxed);
  }

  global_queue global;
  [[no_unique_address]] fp_control fp_default; ///< set before the first worker starts
  atomic<std::uint32_t> lifo_backoff{0};       ///< see worker::make_ready
  std::atomic<std::int64_t> coarse_now{0};     ///< the monitor's clock
  std::atomic<bool> timers_late{false};        ///< the monitor has seen some that nobody fires
  std::atomic<std::uint32_t> waiting_runs{0};  ///< callers of run()
  std::atomic<std::uint64_t> retakes{0};
  std::atomic<std::uint64_t> started_outside{0}; ///< goroutines that foreign threads started

  // --- for the search of a worker
  // -----------------------------------------------------------------
  bool start_search() noexcept;
  /// True: it was the last searcher.
  bool end_search() noexcept { return searching_.fetch_sub(1, std::memory_order_seq_cst) == 1; }

  void monitor_loop() noexcept;

private:
  void start() noexcept;
  void resize(unsigned n) noexcept;
  worker* create_worker() noexcept;
  worker* worker_without_thread() noexcept;
  void no_thread_for(worker& w) noexcept;
  /// Workers that have a thread.
  std::uint32_t present() const noexcept {
    return count_.load(std::memory_order_acquire) - absent_.load(std::memory_order_seq_cst);
  }
  static bool no_longer_stuck(worker& w) noexcept;
  bool work_in_sight() const noexcept;
  void leave_idle_list(worker& w) noexcept;
  void feed_from_idle() noexcept;
  void look_after_resources(std::int64_t now) noexcept;
  void check_deadlock() noexcept;
  bool quiescent() const noexcept;
  void wake_monitor() noexcept;

  std::atomic<bool> started_{false};
  std::atomic<std::uint32_t> procs_{0};
  std::atomic<bool> procs_fixed_{false}; ///< by the program or its environment
  std::atomic<std::uint32_t> default_class_{0};
  std::atomic<std::uint64_t> next_id_{1};

  global_queue starved_; ///< goroutines that got no stack

  spin_lock lock_;
  atomic<std::int32_t> vacancies_{0};
  atomic<std::uint32_t> searching_{0};
  std::atomic<std::uint32_t> idle_{0};
  std::atomic<std::uint32_t> away_{0};
  worker* idle_list_ = nullptr;
  worker* threadless_ = nullptr; ///< workers for which the system had no thread
  std::int64_t thread_failed_at_ = 0;
  std::atomic<std::uint32_t> absent_{0}; ///< how many those are
  std::atomic<std::int32_t> foreign_awake_{0};

  std::atomic<std::uint32_t> count_{0};
  std::atomic<worker*> workers_[max_workers] = {};

  // the monitor only
  std::int64_t cpus_counted_ = 0, stacks_trimmed_ = 0;

  atomic<std::uint32_t> monitor_sleeps_{0}; ///< 1: deep; a worker that starts to run wakes it
};

/// The one of the process. Constant-initialised and never destroyed, so static objects may use the
/// runtime in their constructors and destructors.
extern constinit scheduler the_scheduler;

/// Prints the fatal report and ends the process with status 2.
[[noreturn]] void die_deadlocked() noexcept;
/// Goroutines got no stack, and nobody is left who could free one.
[[noreturn]] void die_without_stacks() noexcept;

} // namespace runnel::detail
