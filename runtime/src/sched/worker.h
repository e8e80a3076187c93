// A worker: an OS thread that runs goroutines, with its queues, timers and caches.
//
// The order in which it takes work: the slot of the task that was woken last, or was started while
// nothing woken waited (at most three times in a row, so that a pair of goroutines cannot keep the
// others out); the ring of woken tasks, oldest first; goroutines that have not started, newest
// first. Every 61st pick looks at the oldest
// of everything, the global queue and the timers instead, so nothing starves.
//
// A goroutine that parks picks its successor on its own stack and switches there directly; only
// when there is none does the worker's own context (the thread's stack, run_loop) take over and
// search.
#pragma once

#include "fiber/fiber.h"
#include "fiber/sanitizer.h"
#include "fiber/stack_pool.h"
#include "runnel/detail/sched.h"
#include "sched/deque.h"
#include "sched/run_ring.h"
#include "sched/scheduler.h"
#include "sched/thread_state.h"
#include "sched/wake_slot.h"
#include "time/timer_heap.h"

#include <atomic>
#include <cstdint>
#include <exception>

RUNNEL_OWN_DATA_BEGIN

namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
} // namespace __cxxabiv1

namespace runnel::detail {

/// The C++ runtime's per-thread state of exceptions in flight, as the Itanium ABI lays it out.
struct exceptions_in_flight {
  void* caught = nullptr;
  unsigned uncaught = 0;
};

enum class standing : std::uint8_t { running, idle, away };

struct alignas(64) worker {
  explicit worker(std::uint32_t number);
  ~worker();

  // --- the owning thread only
  // ---------------------------------------------------------------------
  fiber* current = nullptr; ///< null: the worker's own context runs
  void* sp = nullptr;       ///< the worker's own context, while a goroutine runs
  world* sim = nullptr;     ///< this is a simulation's worker
  int* error = nullptr;     ///< errno of this thread
  exceptions_in_flight* exceptions = nullptr;
  std::uint32_t lifo_run = 0;
  std::uint32_t lifo_skip = 0;
  bool searching = false;
  std::uint64_t next_id = 0, last_id = 0;
  std::uint64_t last_look = 0; ///< cycle counter when timers were last compared with the clock
  stack_list free_stacks;      ///< of class 0
  void* tsan = nullptr;
  void* fake_stack = nullptr;
  const void* own_stack = nullptr;
  std::size_t own_stack_size = 0;
  thread_state thread;

  // --- the owning thread writes, any thread reads, stale is fine
  // -------------------------------------
  alignas(64) std::atomic<std::uint64_t> tick{0}; ///< picks; shows the monitor that it moves
  std::atomic<std::uint64_t> started{0}, finished{0}, switches{0}, steals{0}, fired{0};

  // --- any thread
  // ---------------------------------------------------------------------------------
  alignas(64) wake_slot<task> next{heavy_fence_works()};
  std::atomic<bool> stuck{false};
  run_ring<task> ring;
  steal_deque<closure> fresh;
  timer_heap timers;

  // --- under the scheduler's lock
  // ------------------------------------------------------------------
  std::atomic<standing> stands{standing::running};
  worker* next_idle = nullptr;
  const std::uint32_t number;

  // --- the monitor
  // ------------------------------------------------------------------------------------
  std::uint64_t seen_tick = 0;
  std::int64_t seen_since = 0;
  task* seen_next = nullptr;

  /// The thread's main function.
  void run_loop() noexcept;

  /// May what is due be fired here? Not by a goroutine that parks: it still holds the lock that
  /// `after` will leave, perhaps that of the very channel which a timer sends to.
  enum class timers_may : bool { wait, fire };

  /// The next task from its own queues (and, now and then, the common ones); null if there is none,
  /// or if a timer is due that may not be fired here, so that the worker's own context does it.
  task* next_local(timers_may now) noexcept {
    std::uint64_t t = tick.load(std::memory_order_relaxed) + 1;
    tick.store(t, std::memory_order_relaxed);
    if (t % 61 == 0) [[unlikely]]
      if (task* fair = next_fair(now))
        return fair;
    if (timers.next_due() != timer_heap::never) [[unlikely]]
      if (look_at_timers(now))
        return nullptr;
    if (lifo_run < 3 || ring.size_hint() == 0)
      if (task* t0 = next.take()) {
        ++lifo_run;
        return t0;
      }
    lifo_run = 0;
    if (task* t1 = ring.pop())
      return t1;
    if (task* t2 = next.take())
      return t2;
    return fresh.take();
  }

  /// A task was woken by what runs here.
  void make_ready(task& t) noexcept;
  /// To the end of the queue of woken tasks.
  void enqueue(task& t) noexcept;
  /// A new goroutine.
  void start(closure& c) noexcept;

  /// Parks the goroutine that runs: see sched.h, 1.
  void park_current(after_switch after, void* arg) noexcept;
  void yield_current() noexcept;
  /// The goroutine that runs has been here for so long that another worker takes the queue, or is
  /// about to.
  void give_way() noexcept;

  /// A fiber that will run this task; null if there is no memory for a stack.
  fiber* fiber_for(task& t) noexcept {
    if (t.run)
      return fiber_for_new(static_cast<closure&>(t));
    auto& f = static_cast<fiber&>(t);
    f.state.store(fiber_state::running, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst); // a membarrier makes it a real one
    if (stacks_are_read.load(std::memory_order_relaxed)) [[unlikely]]
      wait_for_readers();
    return &f;
  }
  fiber* fiber_for_new(closure& c) noexcept;
  void recycle(fiber& f) noexcept;

  std::uint64_t new_id() noexcept {
    if (next_id == last_id) [[unlikely]] {
      next_id = the_scheduler.take_ids(64);
      last_id = next_id + 64;
    }
    return next_id++;
  }

  /// Moves all that is queued here to the global queue.
  void give_up_queues() noexcept;
  bool has_work() const noexcept { return ring.size() != 0 || fresh.size() != 0; }

  /// Switches from the running fiber to another, or to the worker's own context (null), running
  /// `after` there. Returns when the fiber is switched to again, on whatever worker.
  static void switch_from(worker& w, fiber& from, fiber* to, after_switch after,
                          void* arg) noexcept;

private:
  task* next_fair(timers_may now) noexcept;
  task* find_work() noexcept;
  task* steal() noexcept;
  task* search() noexcept;
  void fire_in_passing() noexcept;
  void offer_next() noexcept;
  void push_fresh(closure& c) noexcept;
  bool look_at_timers(timers_may now) noexcept;

public:
  /// From the worker's own context: runs the task until something parks or ends.
  void execute(task& t) noexcept;
  /// The running goroutine has ended; its stack goes back once it has been left.
  [[noreturn]] void leave_for_good(fiber& dead, fiber* to) noexcept;
};

/// Which size of stack it needs.
inline std::uint32_t stack_class_for(const closure& c) noexcept {
  return c.stack_class ? static_cast<std::uint32_t>(c.stack_class) - 1
                       : the_scheduler.default_stack_class();
}

/// An exception escaped a goroutine: names it and aborts.
[[noreturn]] void die_of_exception(const fiber& f, std::exception_ptr error) noexcept;
/// Makes the calling thread this worker's, before run_loop().
void adopt_worker_thread(worker& w) noexcept;
/// Takes note of the stack, errno and exception state of the thread that is this worker's now; of
/// the goroutine's that a simulation runs on, if it runs on one.
void adopt_stack(worker& w) noexcept;
void adopt_stack_of(worker& w, worker* outside) noexcept;

/// Runs what is on a stack; never returns.
void fiber_main(void* self, after_switch run, void* arg);

/// Fires what is due in a heap. True: something was due.
bool fire_due_timers(timer_heap& heap, std::int64_t now, worker* counts) noexcept;
std::int64_t now_ns() noexcept;

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
