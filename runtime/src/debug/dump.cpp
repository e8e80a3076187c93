// The dump of all goroutines, the fatal reports, the counters.

#include "fiber/sanitizer.h"
#include "runnel/debug.h"

#include "debug/describe.h"
#include "debug/holders.h"
#include "sched/scheduler.h"
#include "sched/worker.h"

#include <cstdlib>
#include <mutex>
#include <sys/syscall.h>
#include <unistd.h>

RUNNEL_OWN_DATA_BEGIN

namespace runnel {

namespace detail {

namespace {

constinit spin_lock one_dump_at_a_time;

// Stops workers from going on with parked goroutines, so that these can be read. The barrier makes
// every CPU see the flag, or us see what it has set running: so workers need no fence of their own.
class reading_stacks {
public:
  reading_stacks() noexcept {
    one_dump_at_a_time.lock();
    stacks_are_read.store(true, std::memory_order_seq_cst);
    if (heavy_fence_works())
      heavy_fence();
    else
      safe_ = false;
  }
  ~reading_stacks() {
    stacks_are_read.store(false, std::memory_order_release);
    one_dump_at_a_time.unlock();
  }
  bool safe() const noexcept { return safe_; }

private:
  bool safe_ = true;
};

const char* age_of(const wait_note& note, char (&text)[32]) {
  double s = static_cast<double>(the_scheduler.coarse_now.load(std::memory_order_relaxed) -
                                 note.since.load(std::memory_order_relaxed)) /
             1e9;
  std::snprintf(text, sizeof text, "%.*f s", s < 10 ? 2 : 0, s > 0 ? s : 0.0);
  return text;
}

bool is_parked(const fiber& f) noexcept {
  return f.state.load(std::memory_order_relaxed) == fiber_state::parked;
}

void print_fiber(std::FILE* out, fiber& f, const holders* known) {
  char age[32];
  std::fprintf(out, "%s", describe_fiber(f).c_str());
  if (is_parked(f))
    std::fprintf(out, ", for %s", age_of(f.note, age));
  std::fputc('\n', out);
  if (known && is_parked(f)) {
    for (const std::string& line : known->lines(f.note, &f))
      std::fprintf(out, "    %s\n", line.c_str());
    std::fputs(describe_stack(f, "    ").c_str(), out);
  }
}

bool waits(const thread_state& t) noexcept {
  return t.in_use.load(std::memory_order_relaxed) &&
         t.note.why.load(std::memory_order_relaxed) != reason::none;
}

void print_thread(std::FILE* out, const thread_state& t) {
  char age[32];
  std::fprintf(out, "thread %u [%s] waits on %p, for %s\n", t.number,
               text_of(t.note.why.load(std::memory_order_relaxed)),
               t.note.object.load(std::memory_order_relaxed), age_of(t.note, age));
}

} // namespace

void dump_all(std::FILE* out) {
  reading_stacks reading;
  holders known;
  const bool safe = reading.safe();
  stacks().for_each([&](fiber& f) {
    if (safe && !f.home && f.sp && is_parked(f))
      known.add(f);
  });
  known.search();
  stacks().for_each([&](fiber& f) {
    if (f.state.load(std::memory_order_acquire) != fiber_state::free && !f.home)
      print_fiber(out, f, safe ? &known : nullptr);
  });
  for (thread_state* t = foreign_threads(); t; t = t->next)
    if (waits(*t))
      print_thread(out, *t);
  std::uint64_t unstarted = the_scheduler.global.size();
  the_scheduler.for_each_worker([&](worker& w) {
    unstarted += static_cast<std::uint64_t>(w.fresh.size()) + (w.next.peek() != nullptr);
  });
  if (unstarted)
    std::fprintf(out, "%llu tasks in queues, goroutines that have not started among them\n",
                 static_cast<unsigned long long>(unstarted));
  if (the_scheduler.starved())
    std::fprintf(out, "%u goroutines that got no stack\n", the_scheduler.starved());
  std::fflush(out);
}

void die_deadlocked() noexcept {
  std::fputs("fatal: all goroutines are asleep - deadlock!\n\n", stderr);
  dump_all(stderr);
  std::fflush(nullptr);
  _exit(2);
}

void die_without_stacks() noexcept {
  std::fputs(
      "runnel: fatal: no memory for a goroutine's stack, and no goroutine that could end and "
      "leave its own\n",
      stderr);
  std::abort();
}

void die_of_exception(const fiber& f, std::exception_ptr error) noexcept {
  std::fprintf(stderr, "runnel: fatal: %s, started at %s:%u, threw %s\n", name_of(f).c_str(),
               f.where.file_name(), static_cast<unsigned>(f.where.line()), what_of(error).c_str());
  std::abort();
}

} // namespace detail

void dump_goroutines(std::FILE* out) { detail::dump_all(out); }

std::size_t release_memory() noexcept {
  detail::the_scheduler.collect_idle_stacks();
  return detail::stacks().trim(detail::stack_pool::surplus::all);
}

stats snapshot() noexcept {
  using namespace detail;
  stats s;
  the_scheduler.for_each_worker([&](worker& w) {
    s.started += w.started.load(std::memory_order_relaxed);
    s.finished += w.finished.load(std::memory_order_relaxed);
    s.switches += w.switches.load(std::memory_order_relaxed);
    s.steals += w.steals.load(std::memory_order_relaxed);
    s.timers_fired += w.fired.load(std::memory_order_relaxed);
  });
  s.started += the_scheduler.started_outside.load(std::memory_order_relaxed);
  s.retakes = the_scheduler.retakes.load(std::memory_order_relaxed);
  s.unguarded_stacks = stacks().unguarded();
  std::uint64_t free = stacks().free();
  s.cached_stacks = free;
  s.trimmed_stacks = stacks().cold();
  std::uint64_t made = stacks().made();
  s.stacks = made > free ? made - free : 0;
  s.workers = the_scheduler.worker_count();
  s.idle_workers = the_scheduler.idle_count();
  return s;
}

} // namespace runnel

RUNNEL_OWN_DATA_END
