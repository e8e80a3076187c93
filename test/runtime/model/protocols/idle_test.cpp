// sched/scheduler.cpp and worker::find_work: work that is injected is never left lying while the
// workers sleep. The real scheduler and the real search for work; only the threads are the model's.
#include "checker/mutation.h"
#include "checker/sync.h"

#include "fiber/overflow.h"
#include "runnel/detail/closure.h"
#include "sched/cpus.h"
#include "sched/worker.h"

#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <pthread.h>

namespace runnel::model {
namespace {

using detail::task;
using detail::the_scheduler;
using detail::worker;

// worker::find_work is private; an explicit instantiation may name it all the same.
using search = task* (worker::*)() noexcept;
search find_work();
template <search F> struct opener {
  friend search find_work() { return F; }
};
template struct opener<&worker::find_work>;

struct job : task {
  bool last = false; ///< whoever takes it stops
  int runs = 0;
};

/// The scheduler of one execution, and the threads that it has started.
class scheduling {
public:
  explicit scheduling(unsigned workers) {
    current = this;
    std::destroy_at(&the_scheduler);
    new (&the_scheduler) detail::scheduler;
    the_scheduler.set_workers(workers);
  }
  ~scheduling() { current = nullptr; }

  void start_worker(worker& w) {
    workers_.emplace_back([&w] {
      for (;;) {
        auto* j = static_cast<job*>((w.*find_work())());
        RUNNEL_MODEL_REQUIRE(++j->runs == 1);
        if (j->last)
          return;
      }
    });
  }
  /// One after the other; each must be woken for it.
  void stop() {
    std::deque<job> ends;
    while (stopped_ < workers_.size()) {
      job& j = ends.emplace_back();
      j.last = true;
      the_scheduler.inject(j);
      ++stopped_;
    }
    workers_.clear(); // joins
    for (job& j : ends)
      RUNNEL_MODEL_REQUIRE(j.runs == 1);
  }

  static scheduling* current;

private:
  std::deque<thread> workers_;
  std::size_t stopped_ = 0;
};
scheduling* scheduling::current = nullptr;

void injected(unsigned workers) {
  scheduling s(workers);
  job a;
  the_scheduler.inject(a);
  s.stop();
  RUNNEL_MODEL_REQUIRE(a.runs == 1);
}

void injected_by_two() {
  scheduling s(1);
  job a, b;
  thread other([&] { the_scheduler.inject(b); });
  the_scheduler.inject(a);
  other.join();
  s.stop();
  RUNNEL_MODEL_REQUIRE(a.runs == 1 && b.runs == 1);
}

options no_leak_check() {
  options o;
  o.check_leaks = false; // workers stay for the life of the process
  return o;
}

options two_preemptions() {
  options o = no_leak_check();
  o.preemptions = 2; // all of them take minutes
  return o;
}

const char* const only_one = "one worker meets no second searcher; with two the search takes hours";
const char* const locked = "changes under lock_ only, and who misses it wakes one worker too many";
const char* const popping = "under the queue's lock; nobody decides on its going down";
const char* const starting = "no worker exists yet";

const protocol idling{
    .name = "idle workers",
    .files = {"sched/scheduler.cpp", "sched/scheduler.h"},
    .scenarios =
        {{.name = "one worker", .body = [] { injected(1); }, .how = no_leak_check()},
         {.name = "two inject", .body = injected_by_two, .how = two_preemptions(), .heavy = true}},
    .exceptions = {
        {"scheduler.cpp", "have = size_.load", "stale", popping},
        {"scheduler.cpp", "size_.fetch_sub(n", "seq_cst -> acq_rel", popping},
        {"scheduler.cpp", "size_.fetch_sub(n", "not atomic", popping},
        {"scheduler.cpp", "vacancies_.store", "seq_cst -> release", starting},
        {"scheduler.cpp", "vacancies_.fetch_add(static_cast", "seq_cst -> acq_rel", starting},
        {"scheduler.cpp", "vacancies_.fetch_add(static_cast", "not atomic", starting},
        {"scheduler.cpp", "vacancies_.fetch_sub(1", "seq_cst -> acq_rel", locked},
        {"scheduler.cpp", "vacancies_.fetch_sub(1", "not atomic", locked},
        {"scheduler.cpp", "searching_.fetch_add(1", "seq_cst -> acq_rel", only_one},
        {"scheduler.cpp", "searching_.fetch_add(1", "not atomic", only_one},
        {"scheduler.h", "searching_.load", "seq_cst -> acquire", only_one},
        {"scheduler.h", "searching_.fetch_sub(1", "seq_cst -> acq_rel", only_one},
        {"scheduler.h", "searching_.fetch_sub(1", "not atomic", only_one},
        {"scheduler.h", "vacancies_.load(std::memory_order_relaxed) < 0", "stale",
         "whoever is one too many rests a round later"}}};

TEST(Idle, Holds) { expect_holds(idling); }
TEST(Idle, EveryBreakageIsCaught) { expect_all_caught(idling); }

} // namespace

// From the stand-in for pthread_create.
void start_model_worker(void* w) {
  if (w) // the monitor has no argument, and no part in this
    scheduling::current->start_worker(*static_cast<detail::worker*>(w));
}

} // namespace runnel::model

// What the scheduler needs besides, none of it part of the protocol.
namespace runnel::detail {
unsigned usable_cpus() noexcept { return 1; }
void install_overflow_handler() noexcept {}
void install_signal_stack() noexcept {}
void adopt_worker_thread(worker&) noexcept {}
std::int64_t now_ns() noexcept { return 0; }
bool fire_due_timers(timer_heap&, std::int64_t, worker*) noexcept { return false; }
void die_deadlocked() noexcept { std::abort(); }
void die_without_stacks() noexcept { std::abort(); }
void scheduler::monitor_loop() noexcept {}
void scheduler::wake_monitor() noexcept {}
} // namespace runnel::detail
