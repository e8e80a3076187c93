// The exploration engine: runs a test body over and over, each time taking another branch at one
// decision (which thread steps, which store a load reads), until no branch is left.
//
// Invariants
//  1. An execution is a function of its decisions. Model code sees no clock, no address that
//  differs
//     between executions (heap.cpp) and no other thread.
//  2. A thread announces an operation before it takes effect; only announced operations interleave.
//     Plain memory is no scheduling point: a race on it is found in whichever order it runs.
//  3. Sleep sets: a thread whose next operation has been explored from an earlier state, and that
//     nothing executed since depends on, is not run again. dependency.h says what depends on what.
//  4. Engine code allocates outside the model's heap (engine_scope).
#pragma once

#include "fiber.h"
#include "memory.h"
#include "options.h"
#include "site.h"
#include "total_order.h"

#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace runnel::model {

enum class kind : std::uint8_t {
  none,
  load,
  store,
  rmw,
  lock, ///< waits until the mutex is free
  try_lock,
  unlock, //
  wait,   ///< futex wait: compares, then may sleep
  resume, ///< leaves a futex wait
  wake,   //
  yield,  ///< waits until something it has read changes
  join    ///< waits until a thread has finished
};

struct operation {
  kind what = kind::none;
  bool for_nothing = false; ///< of a resume: without having been woken
  std::uint32_t where = 0;  ///< location, mutex or thread
};

/// An atomic's own part: which location it is in the current execution.
struct cell {
  word initial;
  std::uint64_t run = 0;
  std::uint32_t loc = 0;
};

struct mutex_cell {
  std::uint64_t run = 0;
  std::uint32_t id = 0;
  bool held_at_first = false;
};

/// A plain variable's own part: who touched it last.
struct shadow {
  std::uint64_t run = 0;
  std::array<std::uint32_t, max_threads> read{};
  std::uint32_t written = 0;
  std::uint8_t writer = 0;
  bool dead = false;
};

class engine {
public:
  engine(options, const mutation* broken, site_log* log);
  ~engine();

  /// The engine whose model thread is running, or null outside of executions.
  static engine* active() noexcept { return active_; }

  result explore(const std::function<void()>& body);

  // What model code calls, through atomic.h, plain.h and sync.h.
  void attach(cell&, const void* object, std::size_t bytes);
  void detach(cell&, const void* object, std::size_t bytes);
  word load(cell&, std::memory_order, std::source_location);
  void store(cell&, word, std::memory_order, std::source_location);
  word modify(cell&, word (*next)(word old, const void* argument), const void* argument,
              std::memory_order, std::source_location);
  bool exchange_if(cell&, word& expected, word desired, std::memory_order success,
                   std::memory_order failure, bool weak, std::source_location);
  void fence(std::memory_order, std::source_location);

  void lock(mutex_cell&, std::source_location);
  bool try_lock(mutex_cell&, std::source_location);
  void unlock(mutex_cell&, std::source_location);

  /// True if it slept and was woken (or timed out), false if the value differed.
  bool futex_wait(cell&, word expected, bool timed, std::source_location);
  unsigned futex_wake(cell&, unsigned count, std::source_location);

  void yield(std::source_location);
  unsigned spawn(std::function<void()>, std::source_location);
  void join(unsigned thread, std::source_location);
  unsigned self() const noexcept { return running_; }
  const view& knowledge() const noexcept { return threads_[running_]->mem.now; }
  /// Where the running thread performed its last operation.
  std::source_location last_site() const noexcept { return threads_[running_]->site; }
  std::uint64_t run() const noexcept { return runs_; }

  void plain_read(shadow&, std::source_location);
  void plain_write(shadow&, std::source_location);
  void plain_begin(shadow&, const void* object, std::size_t bytes, std::source_location);
  void plain_end(shadow&, const void* object, std::size_t bytes, std::source_location);

  /// An atomic that is not the model's is used.
  void foreign_atomic(const volatile void*, bool writes);

  /// A decision of the test's own: 0 … n-1.
  unsigned choose(unsigned n);
  void observe(std::vector<std::int64_t>);
  void cover(const char* what);
  /// Ends the execution, and the exploration, with this failure. Does not return.
  [[noreturn]] void fail(const std::string& why, std::source_location);
  bool recheck(bool value, bool if_dropped, std::source_location);

  /// From a signal handler: the running thread cannot go on. Does not return.
  [[noreturn]] void crashed(const char* why);
  std::uint64_t steps() const noexcept { return total_steps_; }

private:
  friend class engine_scope;

  enum class sleep : std::uint8_t {
    awake,
    partial, ///< a load: only stores newer than the covered ones are left to read
    asleep
  };
  struct sleeper {
    sleep how = sleep::awake;
    std::uint32_t covered = 0;
  };
  struct node {
    bool scheduling = false;
    std::uint8_t thread = 0;    ///< chosen thread
    std::uint8_t before = 0;    ///< the thread that ran the step before
    std::uint8_t preempted = 0; ///< preemptions before this step
    std::uint16_t choice = 0, choices = 0;
    std::uint8_t enabled = 0; ///< bit set of threads
    std::array<sleeper, max_threads> sleepers{};
    std::array<std::uint32_t, max_threads> history{}; ///< stores so far where each would load
  };
  struct spin {
    std::uint32_t loc;
    stamp seen;
    word value;
  };
  struct last_seen {
    std::uint32_t loc;
    word value;
  };
  struct thread_state {
    fiber* stack = nullptr;
    memory_thread mem;
    operation next;
    alignas(std::function<void()>) unsigned char body[sizeof(std::function<void()>)];
    bool finished = false, waiting = false, timed = false;
    std::vector<spin> spins;    ///< what it has read since its last yield
    std::vector<last_seen> saw; ///< kept for one kind of mutation only
    std::uint32_t covered = 0;  ///< restricts the load it is about to perform
    std::source_location site;
  };
  struct mutex_state {
    bool held = false;
    std::uint8_t holder = 0;
    view passed;
  };
  struct event {
    std::uint8_t thread;
    const char* what;
    char kind_of; ///< 'a' atomic, 'm' mutex, 't' thread, 0 nothing
    std::uint32_t where;
    word before, after;
    bool has_before, has_after;
    std::memory_order order;
    std::int64_t read_from;
    std::source_location site;
  };
  enum class ending { complete, redundant, pruned, failed };

  // explore.cpp
  ending run_once(const std::function<void()>&);
  bool backtrack();
  node* next_step(ending& end);
  int candidate(const node&) const;
  void settle_sleepers(const node& from);
  bool spins_on(const thread_state&, std::uint32_t loc) const;
  bool is_enabled(unsigned t) const;
  bool waits_spuriously(unsigned t) const;
  unsigned decide(unsigned n);
  static void thread_entry(void*);
  unsigned make_thread();
  void resume_thread(unsigned t);
  [[noreturn]] void abandon();

  // operations.cpp
  void announce(operation, std::source_location);
  void done(operation effect);
  void check(const char* problem, std::source_location);
  std::uint32_t resolve(cell&);
  std::uint32_t resolve(mutex_cell&);
  event& note(const char* what, char kind_of, std::uint32_t where, std::memory_order,
              std::source_location);
  void log(site_kind, std::memory_order, std::memory_order failure, const std::source_location&);
  void remember(std::uint32_t loc, stamp, word);
  total_order::access as_access(std::uint32_t loc, coherence_key, std::memory_order,
                                const view* learned);
  void order_access(const total_order::access&, std::source_location);
  void order_store(total_order::access, stamp placed, std::source_location);
  void keep_orderly(std::uint32_t loc, std::memory_order, bool reads);
  bool last_seen_at(std::uint32_t loc, word& out) const;
  memory_thread& mine() noexcept { return threads_[running_]->mem; }
  word load_at(std::uint32_t loc, std::memory_order, std::source_location, const char* name);
  void store_at(std::uint32_t loc, word, std::memory_order, std::source_location, const char* name);
  const mutation* broken_at(const std::source_location&, breakage) const noexcept;
  std::memory_order weakened(std::memory_order, const std::source_location&, breakage) noexcept;

  // trace.cpp
  std::string deadlock() const;
  std::string render_trace() const;

  static thread_local engine* active_;
  static std::uint64_t runs_;

  options options_;
  const mutation* broken_;
  site_log* log_;
  memory memory_;
  total_order total_;
  std::vector<std::unique_ptr<thread_state>> threads_;
  unsigned live_ = 0; ///< threads made in this execution
  std::vector<mutex_state> mutexes_;
  std::uint32_t mutexes_used_ = 0;
  unsigned running_ = 0;
  operation effect_; ///< what the last step turned out to be
  std::vector<std::uint32_t> effect_spins_;

  std::vector<node> path_;
  std::size_t depth_ = 0;
  std::array<sleeper, max_threads> sleepers_{};
  unsigned preemptions_ = 0;
  unsigned spurious_ = 0;
  std::uint64_t execution_steps_ = 0, total_steps_ = 0;
  bool stop_ = false;
  bool nothing_new_ = false; ///< the step turned out to be the same as an explored one

  std::unordered_set<std::uint64_t> logged_;
  std::unordered_map<const volatile void*, view> foreign_; ///< what their last writers knew
  std::vector<event> events_;
  std::vector<std::uint32_t> indices_; ///< scratch for choices
  std::string why_;
  std::source_location why_site_;
  result result_;
};

/// While one exists, allocations are the engine's own.
class engine_scope {
public:
  explicit engine_scope(engine* e = engine::active()) noexcept;
  ~engine_scope();
  engine_scope(const engine_scope&) = delete;

private:
  bool was_;
};

} // namespace runnel::model
