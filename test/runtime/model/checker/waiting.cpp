// The operations that wait: mutexes, futexes, spinning, threads. And what is not an operation:
// plain memory, the test's own choices and observations.
#include "engine.h"
#include "shadow.h"

#include <algorithm>
#include <utility>

namespace runnel::model {

void engine::lock(mutex_cell& c, std::source_location at) {
  const engine_scope scope(this);
  const std::uint32_t m = resolve(c);
  announce({kind::lock, false, m}, at);
  mutexes_[m].held = true;
  mutexes_[m].holder = static_cast<std::uint8_t>(running_);
  mine().now.join(mutexes_[m].passed, memory_.scratch());
  note("lock", 'm', m, std::memory_order_acquire, at);
  done({kind::lock, false, m});
}

bool engine::try_lock(mutex_cell& c, std::source_location at) {
  const engine_scope scope(this);
  const std::uint32_t m = resolve(c);
  announce({kind::try_lock, false, m}, at);
  const bool got = !mutexes_[m].held;
  if (got) {
    mutexes_[m].held = true;
    mutexes_[m].holder = static_cast<std::uint8_t>(running_);
    mine().now.join(mutexes_[m].passed, memory_.scratch());
  }
  note(got ? "try_lock" : "failed try_lock", 'm', m, std::memory_order_acquire, at);
  done({kind::try_lock, false, m});
  return got;
}

void engine::unlock(mutex_cell& c, std::source_location at) {
  const engine_scope scope(this);
  const std::uint32_t m = resolve(c);
  announce({kind::unlock, false, m}, at);
  if (!mutexes_[m].held)
    fail(c.held_at_first ? "somebody is made ready twice" : "unlock of a mutex that is not locked",
         at);
  mutexes_[m].held = false;
  mutexes_[m].passed = mine().now.copy(memory_.scratch());
  note("unlock", 'm', m, std::memory_order_release, at);
  done({kind::unlock, false, m});
}

// The kernel compares and enqueues under a lock of its own that wake takes too. So a wait either
// sees what the waker had seen when it called wake, or is found by that wake; nothing else is
// ordered. Whatever the waker knew before an earlier wake stays known (location::kernel).
bool engine::futex_wait(cell& c, word expected, bool timed, std::source_location at) {
  const engine_scope scope(this);
  const std::uint32_t loc = resolve(c);
  announce({kind::wait, false, loc}, at);
  check(memory_.check_access(loc, mine()), at);
  location& l = memory_.at(loc);
  mine().now.raise(loc, l.kernel, memory_.scratch());
  memory_.readable(loc, mine(), 0, indices_);
  const std::uint32_t i = indices_[decide(static_cast<unsigned>(indices_.size()))];
  const stamp seen = l.stores[i].at;
  event& e = note("wait", 'a', loc, std::memory_order_relaxed, at);
  e.read_from = l.stores[i].event;
  const word value = memory_.read(loc, mine(), i, std::memory_order_relaxed);
  e.after = value;
  e.has_after = true;
  remember(loc, seen, value);
  if (!(value == expected)) {
    done({kind::wait, false, loc});
    return false;
  }
  thread_state& s = *threads_[running_];
  s.waiting = true;
  s.timed = timed;
  done({kind::wait, false, loc});
  announce({kind::resume, false, loc}, at);
  const bool for_nothing = s.waiting;
  if (for_nothing && !timed)
    ++spurious_;
  s.waiting = false;
  note(!for_nothing ? "woken"
       : timed      ? "time is up"
                    : "woken for no reason",
       'a', loc, std::memory_order_relaxed, at);
  done({kind::resume, for_nothing, loc});
  return true;
}

unsigned engine::futex_wake(cell& c, unsigned count, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::wake, std::memory_order_relaxed, std::memory_order_relaxed, at);
  if (broken_at(at, breakage::drop_wake)) {
    ++result_.effects;
    return 0;
  }
  const std::uint32_t loc = resolve(c);
  announce({kind::wake, false, loc}, at);
  location& l = memory_.at(loc); // may be dead by now: the kernel uses the address only
  l.kernel = std::max(l.kernel, mine().now.at(loc));
  unsigned woken = 0;
  while (woken < count) {
    indices_.clear();
    for (unsigned t = 0; t < live_; ++t)
      if (threads_[t]->waiting && threads_[t]->next.where == loc)
        indices_.push_back(t);
    if (indices_.empty())
      break;
    const bool all = indices_.size() <= count - woken;
    const std::uint32_t t = indices_[all ? 0 : decide(static_cast<unsigned>(indices_.size()))];
    threads_[t]->waiting = false;
    ++woken;
  }
  note("wake", 'a', loc, std::memory_order_relaxed, at);
  done({kind::wake, false, loc});
  return woken;
}

// A spinning loop whose reads would all return the same again makes no progress, and executions
// that differ only in how often it went round are the same. So the thread waits until something it
// has read has another value, and then sees it: stores become visible in finite time.
void engine::yield(std::source_location at) {
  const engine_scope scope(this);
  announce({kind::yield, false, 0}, at);
  thread_state& s = *threads_[running_];
  effect_spins_.clear();
  for (const spin& p : s.spins) {
    mine().now.raise(p.loc, memory_.at(p.loc).stores.back().at, memory_.scratch());
    effect_spins_.push_back(p.loc);
  }
  s.spins.clear();
  note("yield", 0, 0, std::memory_order_relaxed, at);
  done({kind::yield, false, 0});
}

unsigned engine::spawn(std::function<void()> body, std::source_location at) {
  const engine_scope scope(this);
  if (live_ == max_threads)
    fail("too many model threads", at);
  const unsigned t = make_thread();
  thread_state& s = *threads_[t];
  memory_thread& parent = mine();
  s.mem.now = parent.now.copy(memory_.scratch());
  s.mem.now.clock[t] = 1;
  ++parent.now.clock[parent.id];
  new (s.body) std::function<void()>(std::move(body)); // destroyed by the thread itself
  note("spawn", 't', t, std::memory_order_release, at);
  s.stack->prepare(&thread_entry, this);
  resume_thread(t); // up to its first operation
  if (stop_)
    abandon();
  return t;
}

void engine::join(unsigned thread, std::source_location at) {
  const engine_scope scope(this);
  announce({kind::join, false, thread}, at);
  mine().now.join(threads_[thread]->mem.now, memory_.scratch());
  note("join", 't', thread, std::memory_order_acquire, at);
  done({kind::join, false, thread});
}

namespace {
void renew(shadow& s, std::uint64_t run) {
  if (s.run != run) {
    s = shadow{};
    s.run = run;
  }
}
} // namespace

void engine::plain_read(shadow& s, std::source_location at) {
  renew(s, runs_);
  const view& now = mine().now;
  if (s.dead)
    fail("read of a plain object that has been destroyed", at);
  if (now.clock[s.writer] < s.written)
    fail("data race: read of a plain object is not ordered after a write to it", at);
  s.read[running_] = now.clock[running_];
}

void engine::plain_write(shadow& s, std::source_location at) {
  renew(s, runs_);
  const view& now = mine().now;
  if (s.dead)
    fail("write to a plain object that has been destroyed", at);
  if (now.clock[s.writer] < s.written)
    fail("data race: two writes to a plain object are not ordered", at);
  for (unsigned t = 0; t < live_; ++t)
    if (now.clock[t] < s.read[t])
      fail("data race: write to a plain object is not ordered after a read of it", at);
  s.writer = static_cast<std::uint8_t>(running_);
  s.written = now.clock[running_];
}

void engine::plain_begin(shadow& s, const void* object, std::size_t bytes,
                         std::source_location at) {
  shadow_memory::ignore(object, bytes);
  plain_write(s, at);
}

void engine::plain_end(shadow& s, const void* object, std::size_t bytes, std::source_location at) {
  plain_write(s, at);
  s.dead = true;
  shadow_memory::regard(object, bytes);
}

void engine::foreign_atomic(const volatile void* p, bool writes) {
  const engine_scope scope(this);
  memory_thread& m = mine();
  view& passed = foreign_[p];
  m.now.join(passed, memory_.scratch());
  if (!writes)
    return;
  passed = m.now.copy(memory_.scratch());
  ++m.now.clock[m.id];
}

unsigned engine::choose(unsigned n) {
  const engine_scope scope(this);
  return decide(n);
}

void engine::observe(std::vector<std::int64_t> values) {
  const engine_scope scope(this);
  result_.outcomes.insert(std::vector<std::int64_t>(values)); // a copy outside the model's heap
}

void engine::cover(const char* what) {
  const engine_scope scope(this);
  result_.covered.insert(what);
}

bool engine::recheck(bool value, bool if_dropped, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::recheck, std::memory_order_relaxed, std::memory_order_relaxed, at);
  if (!broken_at(at, breakage::drop_recheck))
    return value;
  if (value != if_dropped)
    ++result_.effects;
  return if_dropped;
}

} // namespace runnel::model
