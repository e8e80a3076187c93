// The monitor: a thread that looks after workers which have not come back to the scheduler for
// long.
//
// It does what no worker can while all are busy: marks a worker as stuck after ten milliseconds, so
// that a spare takes its queues; wakes somebody for a task that rests in a slot, for timers that
// are due, and for work whose wake-up was missed; advances the coarse clock; follows the quota of
// CPUs; and gives the memory of stacks back that have not been needed for a while. When no
// worker runs for a while it gives back all of them and sleeps until one does.

#include "fiber/sanitizer.h"
#include "fiber/stack_pool.h"
#include "sched/cpus.h"
#include "sched/scheduler.h"
#include "sched/worker.h"

#include <algorithm>
#include <ctime>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

namespace {
constexpr std::int64_t shortest_nap = 200'000, longest_nap = 10'000'000;
constexpr std::int64_t stuck_after = 10'000'000;
constexpr int quiet_naps_before_sleep = 50;
constexpr std::int64_t between_cpu_counts = 1'000'000'000, between_trims = 2'000'000'000;
constexpr std::size_t stacks_at_once = 16384; // some milliseconds

void nap(std::int64_t ns) noexcept {
  timespec t{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  nanosleep(&t, nullptr);
}
} // namespace

void scheduler::wake_monitor() noexcept {
  if (monitor_sleeps_.load(std::memory_order_relaxed) != 0 &&
      monitor_sleeps_.exchange(0, std::memory_order_seq_cst) != 0)
    detail::wake_one(monitor_sleeps_);
}

void scheduler::look_after_resources(std::int64_t now) noexcept {
  if (now - cpus_counted_ >= between_cpu_counts) {
    cpus_counted_ = now;
    follow_cpus(usable_cpus());
  }
  if (now - stacks_trimmed_ >= between_trims) {
    stacks_trimmed_ = now;
    stacks().trim(stack_pool::surplus::since_last, stacks_at_once);
    if (starved() != 0) { // they may have found the pool empty meanwhile
      feed_from_idle();
      check_deadlock();
    }
  }
}

void scheduler::monitor_loop() noexcept {
  std::int64_t pause = shortest_nap;
  int quiet = 0;
  for (;;) {
    std::int64_t due = next_due();
    std::int64_t now = now_ns();
    coarse_now.store(now, std::memory_order_relaxed);
    std::int64_t length = pause;
    if (due != timer_heap::never && due > now)
      length = std::clamp(due - now + 100'000, shortest_nap, pause);
    nap(length);
    now = now_ns();
    coarse_now.store(now, std::memory_order_relaxed);
    look_after_resources(now);

    if (idle_.load(std::memory_order_seq_cst) == present()) {
      // All idle: the last of them watches the timers.
      if (++quiet >= quiet_naps_before_sleep) {
        if (quiet == quiet_naps_before_sleep)
          collect_idle_stacks();
        if (stacks().trim(stack_pool::surplus::all, stacks_at_once) != 0)
          continue; // somebody may run meanwhile
        monitor_sleeps_.store(1, std::memory_order_seq_cst);
        if (idle_.load(std::memory_order_seq_cst) == present())
          while (monitor_sleeps_.load(std::memory_order_seq_cst) == 1)
            wait_on(monitor_sleeps_, 1);
        monitor_sleeps_.store(0, std::memory_order_relaxed);
        quiet = 0;
        pause = shortest_nap;
        // A worker that started may know an old number of CPUs.
        cpus_counted_ = 0;
      } else {
        pause = std::min(pause * 2, longest_nap);
      }
      continue;
    }
    quiet = 0;

    bool helped = false;
    bool work = global.size() != 0;
    for_each_worker([&](worker& w) {
      const standing stands = w.stands.load(std::memory_order_relaxed);
      if (stands == standing::away) { // what a blocking call has woken or started waits for others
        if (task* t = w.next.steal())
          global.push(*t);
        work = work || w.has_work() || global.size() != 0;
      }
      if (stands != standing::running)
        return;
      std::uint64_t tick = w.tick.load(std::memory_order_relaxed);
      task* resting = w.next.peek();
      if (tick != w.seen_tick) {
        w.seen_tick = tick;
        w.seen_since = now;
        w.seen_next = resting;
        work = work || w.has_work();
        return;
      }
      if (resting && resting == w.seen_next) {
        // Into the open, where thieves look.
        if (has_vacancy())
          if (task* t = w.next.steal()) {
            global.push(*t);
            lifo_backoff.store(0, std::memory_order_relaxed);
          }
        work = true;
      }
      w.seen_next = resting;
      work = work || w.has_work();
      if (now - w.seen_since >= stuck_after && work && !w.stuck.load(std::memory_order_relaxed)) {
        mark_stuck(w);
        if (task* t = w.next.steal())
          global.push(*t);
        helped = true;
      }
    });
    due = next_due();
    bool late = due != timer_heap::never && due + 100'000 < now;
    // With no vacancy those that run look after all timers in passing: see worker::next_fair.
    timers_late.store(late, std::memory_order_relaxed);
    if ((work || late) && has_vacancy()) {
      offer_strictly();
      helped = true;
    }
    pause = helped ? shortest_nap : std::min(pause * 2, longest_nap);
  }
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
