// What each operation of a model thread does once the scheduler has let it. Every one announces
// itself, takes effect, and tells what it turned out to be (a failed compare-exchange is a load).
#include "engine.h"
#include "shadow.h"

#include <algorithm>
#include <functional>

namespace runnel::model {

void engine::abandon() {
  stop_ = true;
  threads_[running_]->stack->leave();
  __builtin_unreachable();
}

void engine::fail(const std::string& why, std::source_location where) {
  const engine_scope scope(this);
  why_ = why;
  why_site_ = where;
  abandon();
}

void engine::crashed(const char* why) {
  const engine_scope scope(this);
  why_ = why;
  why_site_ = threads_[running_]->site;
  abandon();
}

void engine::check(const char* problem, std::source_location where) {
  if (problem)
    fail(problem, where);
}

void engine::announce(operation op, std::source_location where) {
  thread_state& s = *threads_[running_];
  s.next = op;
  s.site = where;
  const unsigned self = running_;
  s.stack->leave();
  running_ = self;
}

void engine::done(operation effect) {
  effect_ = effect;
  memory_thread& m = mine();
  ++m.now.clock[m.id];
  threads_[running_]->covered = 0;
}

std::uint32_t engine::resolve(cell& c) {
  if (c.run != runs_) { // made before this execution: everybody knows its first value
    memory_thread before_all;
    c.loc = memory_.add(before_all, c.initial);
    c.run = runs_;
  }
  return c.loc;
}

std::uint32_t engine::resolve(mutex_cell& c) {
  if (c.run != runs_) {
    if (mutexes_used_ == mutexes_.size())
      mutexes_.emplace_back();
    mutexes_[mutexes_used_] = mutex_state{};
    mutexes_[mutexes_used_].held = c.held_at_first;
    c.id = mutexes_used_++;
    c.run = runs_;
  }
  return c.id;
}

void engine::attach(cell& c, const void* object, std::size_t bytes) {
  const engine_scope scope(this);
  shadow_memory::ignore(object, bytes);
  c.loc = memory_.add(mine(), c.initial);
  c.run = runs_;
}

void engine::detach(cell& c, const void* object, std::size_t bytes) {
  const engine_scope scope(this);
  if (c.run == runs_)
    check(memory_.kill(c.loc, mine()), threads_[running_]->site);
  shadow_memory::regard(object, bytes);
}

const mutation* engine::broken_at(const std::source_location& at, breakage how) const noexcept {
  if (!broken_ || broken_->how != how || broken_->where.line != at.line() ||
      broken_->where.column != at.column() || broken_->where.file != at.file_name())
    return nullptr;
  return broken_;
}

std::memory_order engine::weakened(std::memory_order o, const std::source_location& at,
                                   breakage how) noexcept {
  const mutation* m = broken_at(at, how);
  if (!m)
    return o;
  ++result_.effects;
  return m->to;
}

void engine::log(site_kind what, std::memory_order order, std::memory_order failure,
                 const std::source_location& at) {
  if (!log_)
    return;
  const std::uint64_t key = std::hash<const void*>{}(at.file_name()) * 0x9e3779b97f4a7c15ULL +
                            (std::uint64_t{at.line()} << 20) + at.column();
  if (!logged_.insert(key).second)
    return;
  log_->try_emplace(site{at.file_name(), at.line(), at.column()},
                    site_use{what, order, failure, at.function_name()});
}

void engine::remember(std::uint32_t loc, stamp at, word value) {
  thread_state& s = *threads_[running_];
  const auto same = [loc](const auto& x) { return x.loc == loc; };
  const auto p = std::find_if(s.spins.begin(), s.spins.end(), same);
  if (p != s.spins.end())
    *p = {loc, at, value};
  else
    s.spins.push_back({loc, at, value});
  if (!broken_ || broken_->how != breakage::stale)
    return;
  const auto q = std::find_if(s.saw.begin(), s.saw.end(), same);
  if (q != s.saw.end())
    q->value = value;
  else
    s.saw.push_back({loc, value});
}

bool engine::last_seen_at(std::uint32_t loc, word& out) const {
  for (const last_seen& l : threads_[running_]->saw)
    if (l.loc == loc) {
      out = l.value;
      return true;
    }
  return false;
}

word engine::load(cell& c, std::memory_order order, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::load, order, order, at);
  const std::uint32_t loc = resolve(c);
  if (broken_at(at, breakage::stale)) {
    // No step of its own: what it returns depends on nothing that others do.
    if (word old; last_seen_at(loc, old)) {
      if (!(memory_.at(loc).stores.back().value == old))
        ++result_.effects;
      note("stale load", 'a', loc, order, at).after = old;
      events_.back().has_after = true;
      return old;
    }
  }
  return load_at(loc, weakened(order, at, breakage::weaken), at, "load");
}

total_order::access engine::as_access(std::uint32_t loc, coherence_key key, std::memory_order order,
                                      const view* learned) {
  const memory_thread& m = mine();
  total_order::access a{
      m.id,        m.now.clock[m.id], loc, key, order == std::memory_order_seq_cst,
      m.now.clock, m.now.clock};
  if (learned && acquires(order))
    for (unsigned t = 0; t < max_threads; ++t)
      a.after[t] = std::max(a.after[t], learned->clock[t]);
  return a;
}

void engine::order_access(const total_order::access& a, std::source_location at) {
  if (total_.full())
    fail("too many seq_cst operations in one execution", at);
  if (!total_.add(a)) { // no such execution exists
    nothing_new_ = true;
    abandon();
  }
}

void engine::order_store(total_order::access a, stamp placed, std::source_location at) {
  a.key = {placed, false};
  order_access(a, at);
}

/// Drops the choices (stores to read, or to follow) that no total order S would allow.
void engine::keep_orderly(std::uint32_t loc, std::memory_order order, bool reads) {
  if (total_.empty() || indices_.size() <= 1)
    return;
  const auto& stores = memory_.at(loc).stores;
  std::erase_if(indices_, [&](std::uint32_t i) {
    const coherence_key key{reads ? stores[i].at : stores[i].at + 1, reads};
    return !total_.allows(as_access(loc, key, order, reads ? stores[i].message : nullptr));
  });
}

word engine::load_at(std::uint32_t loc, std::memory_order order, std::source_location at,
                     const char* name) {
  announce({kind::load, false, loc}, at);
  check(memory_.check_access(loc, mine()), at);
  memory_.readable(loc, mine(), threads_[running_]->covered, indices_);
  keep_orderly(loc, order, true);
  if (indices_.empty()) {
    nothing_new_ = true;
    abandon();
  }
  const std::uint32_t i = indices_[decide(static_cast<unsigned>(indices_.size()))];
  const store_record s = memory_.at(loc).stores[i];
  order_access(as_access(loc, {s.at, true}, order, s.message), at);
  const word w = memory_.read(loc, mine(), i, order);
  event& e = note(name, 'a', loc, order, at);
  e.after = w;
  e.has_after = true;
  e.read_from = s.event;
  remember(loc, s.at, w);
  done({kind::load, false, loc});
  return w;
}

void engine::store(cell& c, word w, std::memory_order order, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::store, order, order, at);
  store_at(resolve(c), w, weakened(order, at, breakage::weaken), at, "store");
}

void engine::store_at(std::uint32_t loc, word w, std::memory_order order, std::source_location at,
                      const char* name) {
  announce({kind::store, false, loc}, at);
  check(memory_.check_access(loc, mine()), at);
  auto after = static_cast<std::uint32_t>(memory_.at(loc).stores.size() - 1);
  if (options_.place_stores) {
    memory_.placeable(loc, mine(), indices_);
    keep_orderly(loc, order, false);
    if (indices_.empty()) {
      nothing_new_ = true;
      abandon();
    }
    after = indices_[decide(static_cast<unsigned>(indices_.size()))];
  }
  event& e = note(name, 'a', loc, order, at);
  e.after = w;
  e.has_after = true;
  const total_order::access a = as_access(loc, {}, order, nullptr);
  store_record& s = memory_.write(loc, mine(), w, order, after, false);
  order_store(a, s.at, at);
  s.event = static_cast<std::uint32_t>(events_.size());
  remember(loc, s.at, w);
  done({kind::store, false, loc});
}

word engine::modify(cell& c, word (*next)(word, const void*), const void* argument,
                    std::memory_order order, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::modify, order, order, at);
  order = weakened(order, at, breakage::weaken);
  const std::uint32_t loc = resolve(c);
  if (broken_at(at, breakage::tear)) {
    ++result_.effects;
    const word old =
        load_at(loc, acquires(order) ? std::memory_order_acquire : std::memory_order_relaxed, at,
                "torn load");
    store_at(loc, next(old, argument),
             releases(order) ? std::memory_order_release : std::memory_order_relaxed, at,
             "torn store");
    return old;
  }
  announce({kind::rmw, false, loc}, at);
  check(memory_.check_access(loc, mine()), at);
  auto after = static_cast<std::uint32_t>(memory_.at(loc).stores.size() - 1);
  if (options_.place_stores) {
    memory_.placeable(loc, mine(), indices_);
    keep_orderly(loc, order, false);
    if (indices_.empty()) {
      nothing_new_ = true;
      abandon();
    }
    after = indices_[decide(static_cast<unsigned>(indices_.size()))];
  }
  event& e = note("modify", 'a', loc, order, at);
  e.read_from = memory_.at(loc).stores[after].event;
  const total_order::access a = as_access(loc, {}, order, memory_.at(loc).stores[after].message);
  const word old = memory_.read(loc, mine(), after, order);
  const word now = next(old, argument);
  e.before = old;
  e.after = now;
  e.has_before = e.has_after = true;
  store_record& s = memory_.write(loc, mine(), now, order, after, true);
  order_store(a, s.at, at);
  s.event = static_cast<std::uint32_t>(events_.size());
  remember(loc, s.at, now);
  done({kind::rmw, false, loc});
  return old;
}

bool engine::exchange_if(cell& c, word& expected, word desired, std::memory_order success,
                         std::memory_order failure, bool weak, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::exchange_if, success, failure, at);
  success = weakened(success, at, breakage::weaken);
  failure = weakened(failure, at, breakage::weaken_failure);
  const std::uint32_t loc = resolve(c);
  if (broken_at(at, breakage::tear)) {
    ++result_.effects;
    const word old =
        load_at(loc, acquires(success) ? std::memory_order_acquire : failure, at, "torn load");
    if (!(old == expected)) {
      expected = old;
      return false;
    }
    store_at(loc, desired,
             releases(success) ? std::memory_order_release : std::memory_order_relaxed, at,
             "torn store");
    return true;
  }
  announce({kind::rmw, false, loc}, at);
  check(memory_.check_access(loc, mine()), at);

  // Choices: the store to replace (only the newest unless stores are placed), then stores of
  // another value to fail on, then failing for no reason.
  auto& stores = memory_.at(loc).stores;
  memory_.placeable(loc, mine(), indices_);
  if (!options_.place_stores && !indices_.empty())
    indices_.resize(1);
  std::erase_if(indices_, [&](std::uint32_t i) { return !(stores[i].value == expected); });
  const auto good = static_cast<unsigned>(indices_.size());
  std::vector<std::uint32_t> others;
  memory_.readable(loc, mine(), 0, others);
  for (const std::uint32_t i : others)
    if (!(stores[i].value == expected))
      indices_.push_back(i);
  const auto settled = static_cast<unsigned>(indices_.size());
  const bool may_fail = weak && good && spurious_ < options_.spurious;
  const unsigned n = decide(settled + (may_fail ? 1 : 0));
  const bool swap = n < good;
  if (n == settled)
    ++spurious_;
  const std::uint32_t i = n == settled ? indices_[0] : indices_[n];

  const std::memory_order order = swap ? success : failure;
  const total_order::access a = as_access(loc, {stores[i].at, true}, order, stores[i].message);
  if (!swap)
    order_access(a, at);
  event& e = note(swap           ? "exchange"
                  : n == settled ? "spurious failure"
                                 : "failed exchange",
                  'a', loc, order, at);
  e.read_from = stores[i].event;
  stamp seen = stores[i].at;
  word value = memory_.read(loc, mine(), i, order);
  e.before = value;
  e.has_before = true;
  expected = value;
  if (swap) {
    e.after = value = desired;
    e.has_after = true;
    store_record& s = memory_.write(loc, mine(), desired, order, i, true);
    order_store(a, s.at, at);
    s.event = static_cast<std::uint32_t>(events_.size());
    seen = s.at;
  }
  remember(loc, seen, value);
  done({swap ? kind::rmw : kind::load, false, loc});
  return swap;
}

void engine::fence(std::memory_order order, std::source_location at) {
  const engine_scope scope(this);
  log(site_kind::fence, order, order, at);
  order = weakened(order, at, breakage::weaken);
  if (order == std::memory_order_relaxed)
    return;
  memory_thread& m = mine(); // no scheduling point: a fence concerns its own thread and S
  const clocks before = m.now.clock;
  memory_.fence(m, order);
  note("fence", 0, 0, order, at);
  if (order == std::memory_order_seq_cst) {
    if (total_.full())
      fail("too many seq_cst operations in one execution", at);
    if (!total_.add_fence(m.id, m.now.clock[m.id], before, m.now)) {
      nothing_new_ = true;
      abandon();
    }
  }
  ++m.now.clock[m.id];
}

} // namespace runnel::model
