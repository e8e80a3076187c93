// The engine of select. Guarded by test/runtime/model and unit/select_test.cpp.
//
// Steps, in the order of run():
//   look      which cases seem ready, without any lock
//   try one   chosen uniformly among those: lock its channel alone, look again, act; if it is not
//             ready any more, choose among the others
//   settle    nothing seemed ready: lock all channels in address order and look once more, so that
//             `otherwise` is taken, or the wait begun, at a moment at which truly nothing was ready
//   wait      queue a waiter a case; leave the stack; unlock all
//   clean up  whoever woke us claimed the token; unlink the other waiters, one channel at a time
//
// 1. No waiter of this select is queued while it can still act itself; so it never meets its own
//    waiters, and two selects cannot claim each other.
// 2. A waiter that lost is off its queue before the frame goes (wait_queue.h, 4).
//
// Rejected: rotating the start of one scan (not uniform when the ready cases are not evenly
// spaced); locking all channels always, as Go does (8 channels: eight times the cost); queueing one
// channel at a time without the others' locks (two selects on the same two channels could claim
// each other).

#include "runnel/select.h"

#include "chan/select_waits.h"

#include "runnel/detail/sched.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <stdexcept>

namespace runnel::detail {

struct select_engine::pass {
  static constexpr std::size_t none = ~std::size_t{0};

  case_base* const* cases;
  std::size_t n;
  std::size_t channels = 0; ///< cases with a channel that is not nil
  std::size_t otherwise = none;
  std::size_t timeout = none;
  clock::time_point deadline = clock::time_point::max();
  case_base* order = nullptr; ///< the cases with channels, by address
  bool repeated = false;      ///< several cases have the same channel
  select_token token;

  bool seems_ready(std::size_t i) const noexcept {
    const case_base& c = *cases[i];
    return c.core_ && (c.kind_ == case_kind::recv ? c.core_->may_recv() : c.core_->may_send());
  }

  // Locks the one channel and acts if it still can.
  bool try_one(std::size_t i) {
    case_base& c = *cases[i];
    owner wake;
    c.used_ = true;
    bool done;
    {
      std::lock_guard hold(c.core_->lock);
      done = c.try_locked(wake); // if the value throws when it moves nothing has happened
    }
    if (wake)
      ready(wake);
    return done;
  }

  // The winner among up to 64 cases that seemed ready, or none. One random number a try.
  std::size_t try_ready_few(std::uint64_t set) {
    while (set) {
      auto ready_count = static_cast<std::uint32_t>(std::popcount(set));
      std::uint32_t k = ready_count == 1 ? 0 : choose(ready_count);
      std::uint64_t rest = set;
      while (k-- > 0)
        rest &= rest - 1;
      auto i = static_cast<std::size_t>(std::countr_zero(rest));
      if (try_one(i))
        return i;
      set &= ~(std::uint64_t{1} << i);
    }
    return none;
  }

  // For any number: the first of a random sample of one. Losing a race starts over.
  std::size_t try_ready_many() {
    for (std::size_t failed = 0; failed <= n; ++failed) {
      std::uint32_t ready_count = 0;
      std::size_t pick = none;
      for (std::size_t i = 0; i < n; ++i)
        if (seems_ready(i) && choose(++ready_count) == 0)
          pick = i;
      if (pick == none)
        return none;
      if (try_one(pick))
        return pick;
    }
    return none;
  }

  static void before_the_look(case_base* const* cases, std::size_t n) noexcept {
    if (std::any_of(cases, cases + n,
                    [](case_base* c) { return c->kind_ == case_kind::otherwise; }))
      decision_point(cases);
    else
      blocking_point(cases);
  }

  // One walk over the cases: forgets what an earlier select left in them, notes the special ones,
  // and says which of the first 64 seem ready.
  std::uint64_t look() {
    std::uint64_t set = 0;
    for (std::size_t i = 0; i < n; ++i) {
      case_base& c = *cases[i];
      if (c.used_) [[unlikely]] {
        c.used_ = false;
        c.reset();
      }
      if (chan_core* core = c.core_) {
        ++channels;
        set |= std::uint64_t{c.kind_ == case_kind::recv ? core->may_recv() : core->may_send()}
               << (i & 63);
      } else if (c.kind_ == case_kind::otherwise) {
        if (otherwise != none)
          throw std::invalid_argument("runnel: a select has at most one otherwise");
        otherwise = i;
      } else if (c.kind_ == case_kind::timeout) {
        timeout = i;
      }
    }
    return set;
  }

  // Merges two lists that are sorted by the channels' addresses.
  static case_base* merge(case_base* a, case_base* b) noexcept {
    case_base* first = nullptr;
    case_base** end = &first;
    while (a && b) {
      case_base*& least = std::less<>()(b->core_, a->core_) ? b : a;
      *end = least;
      end = &least->next_locked_;
      least = least->next_locked_;
    }
    *end = a ? a : b;
    return first;
  }

  // By insertion while there are few, as nearly always; else a merge sort on the links inside the
  // cases, bottom-up: no memory, no recursion.
  void sort() noexcept {
    if (n <= 12)
      insert_all();
    else
      merge_all();
  }
  void insert_all() noexcept {
    for (std::size_t i = n; i-- > 0;) {
      case_base* c = cases[i];
      if (!c->core_)
        continue;
      case_base** at = &order;
      while (*at && std::less<>()((*at)->core_, c->core_))
        at = &(*at)->next_locked_;
      c->next_locked_ = *at;
      *at = c;
    }
  }
  // Takes what is in order already as one piece: channels made one after the other often are.
  void merge_all() noexcept {
    case_base* runs[32] = {};
    std::size_t levels = 0;
    case_base* last = nullptr;
    for (std::size_t i = 0; i < n;) {
      case_base* carry = nullptr;
      for (case_base** end = &carry; i < n; ++i) {
        case_base* c = cases[i];
        if (!c->core_)
          continue;
        if (carry && std::less<>()(c->core_, last->core_))
          break;
        c->next_locked_ = nullptr;
        *end = last = c;
        end = &c->next_locked_;
      }
      if (!carry)
        break;
      std::size_t level = 0;
      for (; runs[level]; ++level) {
        carry = merge(runs[level], carry);
        runs[level] = nullptr;
      }
      runs[level] = carry;
      levels = std::max(levels, level + 1);
    }
    for (std::size_t level = 0; level < levels; ++level)
      order = merge(runs[level], order);
  }

  void lock_all() noexcept {
    const chan_core* locked = nullptr;
    for (case_base* c = order; c; c = c->next_locked_)
      if (c->core_ != locked) {
        c->core_->lock.lock();
        locked = c->core_;
      } else {
        repeated = true;
      }
  }
  // After the first unlock a waiter may be claimed, and after the last the frame may go: the links
  // are read ahead.
  void unlock_all() noexcept {
    case_base* c = order;
    while (c) {
      chan_core* core = c->core_;
      do
        c = c->next_locked_;
      while (c && c->core_ == core);
      core->lock.unlock();
    }
  }
  static void unlock_after(void* self) noexcept { static_cast<pass*>(self)->unlock_all(); }

  // All locked: the winner, or none. Unlocks if there is one.
  std::size_t try_all_locked() {
    std::uint32_t ready_count = 0;
    std::size_t pick = none;
    for (std::size_t i = 0; i < n; ++i)
      if (seems_ready(i) && choose(++ready_count) == 0)
        pick = i;
    if (pick == none)
      return none;
    owner wake;
    bool done;
    cases[pick]->used_ = true;
    try {
      done = cases[pick]->try_locked(wake);
    } catch (...) {
      unlock_all();
      throw;
    }
    if (!done) // it had only waiters whose tokens are claimed elsewhere, and has none now
      return try_all_locked();
    unlock_all();
    if (wake)
      ready(wake);
    return pick;
  }

  void queue_case(std::size_t i, owner me) noexcept {
    case_base& c = *cases[i];
    waiter& w = c.waiter_;
    w.slot = c.slot();
    w.token = &token;
    w.who = me;
    w.index = static_cast<std::uint32_t>(i);
    w.ok = false;
    w.failed = false;
    (c.kind_ == case_kind::recv ? c.core_->receivers : c.core_->senders).push(w);
  }

  // A peer takes the first waiter that it meets. Of cases with the same channel that is to be any.
  void queue_in_random_order(owner me) noexcept {
    for (auto left = static_cast<std::uint32_t>(channels); left > 0; --left) {
      std::uint32_t k = choose(left);
      for (std::size_t i = 0; i < n; ++i)
        if (case_base& c = *cases[i];
            c.core_ && !c.waiter_.queued.load(std::memory_order_relaxed) && k-- == 0) {
          queue_case(i, me);
          break;
        }
    }
  }

  // All locked on entry. Returns the winner.
  std::size_t wait() noexcept {
    owner me = self();
    if (repeated) [[unlikely]]
      queue_in_random_order(me);
    else
      for (std::size_t i = 0; i < n; ++i)
        if (cases[i]->core_)
          queue_case(i, me);
    if (deadline != clock::time_point::max())
      park_until(reason::select, this, unlock_after, this, token, deadline);
    else
      park(channels ? reason::select : reason::select_forever, this, unlock_after, this);
    std::uint32_t winner = token.winner();
    for (std::size_t i = 0; i < n; ++i) {
      case_base& c = *cases[i];
      if (i == winner || !c.core_)
        continue;
      if (!c.waiter_.queued.load(std::memory_order_acquire))
        continue;
      c.core_->lock.lock();
      if (c.waiter_.queued.load(std::memory_order_relaxed))
        (c.kind_ == case_kind::recv ? c.core_->receivers : c.core_->senders).unlink(c.waiter_);
      c.core_->lock.unlock();
    }
    return winner == select_token::timed_out ? timeout : winner;
  }
};

void select_engine::visit(const void* wait, void* into,
                          void (*visit)(void*, const chan_core*, bool)) {
  const auto& p = *static_cast<const pass*>(wait);
  for (std::size_t i = 0; i < p.n; ++i)
    if (const case_base& c = *p.cases[i]; c.core_)
      visit(into, c.core_, c.kind_ == case_kind::recv);
}

void visit_select(const void* wait, void* into, void (*visit)(void*, const chan_core*, bool)) {
  select_engine::visit(wait, into, visit);
}

std::size_t select_engine::run(case_base* const* cases, std::size_t n) {
  // In a simulation another goroutine may run before the look, which must see what it did.
  if (attention.load(std::memory_order_relaxed) != 0) [[unlikely]]
    pass::before_the_look(cases, n);
  pass p{.cases = cases, .n = n};
  std::uint64_t set = p.look();
  std::size_t won = n <= 64 ? p.try_ready_few(set) : p.try_ready_many();
  bool waited = false;
  // With one channel the look was one moment already.
  if (won == pass::none && p.otherwise != pass::none && p.channels <= 1)
    won = p.otherwise;
  if (won == pass::none) {
    if (p.timeout != pass::none)
      for (std::size_t i = 0; i < n; ++i)
        if (cases[i]->kind_ == case_kind::timeout)
          if (auto t = cases[i]->deadline(); t < p.deadline) {
            p.deadline = t;
            p.timeout = i;
          }
    p.sort();
    p.lock_all();
    won = p.try_all_locked();
    if (won == pass::none && p.otherwise != pass::none) {
      p.unlock_all();
      won = p.otherwise;
    } else if (won == pass::none) {
      won = p.wait();
      waited = true;
    }
  }
  case_base& winner = *cases[won];
  winner.used_ = true;
  if (!waited) {
    winner.waiter_.ok = true;
    winner.waiter_.failed = false;
  }
  winner.finish(winner.waiter_);
  return won;
}

} // namespace runnel::detail

namespace runnel {

void select() noexcept {
  detail::decision_point(nullptr);
  for (;;)
    detail::park(detail::reason::select_forever, nullptr, [](void*) noexcept {}, nullptr);
}

selection select(std::span<any_case> cases) {
  if (cases.empty())
    select();
  // An any_case is a pointer to its case and nothing else, so the list is one of pointers already.
  static_assert(sizeof(any_case) == sizeof(detail::case_base*));
  auto* list = reinterpret_cast<detail::case_base* const*>(cases.data());
  std::size_t won = detail::select_engine::run(list, cases.size());
  detail::select_engine::handle(*list[won]);
  return {won, list[won]};
}

} // namespace runnel
