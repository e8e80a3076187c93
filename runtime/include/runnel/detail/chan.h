// A channel of a given element type: the buffer, and how values move.
// Guarded by test/runtime/model (protocol) and test/runtime/unit (types that throw when they move).
//
// Values move under the channel's lock, straight between the buffer or the waiters' frames and the
// caller. If moving a value may throw, the waiter is held, not claimed, until it has moved, so that
// nothing is lost: the value stays where it was and its owner stays in the queue.
#pragma once

#include "runnel/annotations.h"
#include "runnel/detail/chan_core.h"
#include "runnel/errors.h"

#include <cstddef>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace runnel::detail {

/// The element of channel<void>.
struct unit {};
template <class T> struct element_of {
  static_assert(std::is_void_v<T> ||
                    (std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>),
                "runnel: a channel carries values: its element type is neither a reference nor "
                "cv-qualified");
  using type = std::conditional_t<std::is_void_v<T>, unit, std::remove_cvref_t<T>>;
};
template <class T> using element = typename element_of<T>::type;

enum class attempt : std::uint8_t { done, closed, blocked };

template <class E> struct chan final : chan_core {
  static_assert(std::is_move_constructible_v<E>,
                "runnel: a channel's element type must be move-constructible");
  static constexpr bool moves_quietly = std::is_nothrow_move_constructible_v<E>;
  static constexpr bool over_aligned = alignof(E) > alignof(std::max_align_t);

  static chan* make(std::size_t capacity) {
    constexpr std::size_t most =
        (std::numeric_limits<std::uint32_t>::max() - sizeof(chan) - alignof(E)) / sizeof(E);
    if (capacity > most)
      throw std::length_error("runnel: channel capacity out of range");
    std::size_t bytes = offset() + capacity * sizeof(E);
    void* memory =
        over_aligned ? ::operator new(bytes, std::align_val_t{alignof(E)}) : allocate_node(bytes);
    return ::new (memory) chan(static_cast<std::uint32_t>(capacity));
  }

  /// With the lock held. `wake` is whom to ready once the lock has been left.
  attempt try_send(E& value, owner& wake) noexcept(moves_quietly) {
    if (closed.load(std::memory_order_relaxed)) [[unlikely]]
      return attempt::closed;
    const auto hand_over = [&](void* into) noexcept(moves_quietly) {
      static_cast<std::optional<E>*>(into)->emplace(std::move(value));
    };
    if (!receivers.empty() && meet(receivers, wake, hand_over))
      return attempt::done;
    std::uint32_t n = count.load(std::memory_order_relaxed);
    if (n == capacity)
      return attempt::blocked;
    ::new (static_cast<void*>(slot(n))) E(std::move(value));
    count.store(n + 1, std::memory_order_relaxed);
    return attempt::done;
  }

  /// With the lock held.
  attempt try_recv(std::optional<E>& out, owner& wake) noexcept(moves_quietly) {
    std::uint32_t n = count.load(std::memory_order_relaxed);
    if (n != 0) {
      E* oldest = slot(0);
      out.emplace(std::move(*oldest));
      oldest->~E();
      head = head + 1 == capacity ? 0 : head + 1;
      if (!senders.empty()) [[unlikely]]
        n += refill(n - 1, wake);
      count.store(n - 1, std::memory_order_relaxed);
      return attempt::done;
    }
    const auto take_over = [&](void* from) noexcept(moves_quietly) {
      out.emplace(std::move(*static_cast<E*>(from)));
    };
    if (!senders.empty() && meet(senders, wake, take_over))
      return attempt::done;
    return closed.load(std::memory_order_relaxed) ? attempt::closed : attempt::blocked;
  }

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void send(E& value) {
    blocking_point(this);
    switch (enter_to_send(value)) {
    case attempt::done:
      return;
    case attempt::closed:
      throw_send_on_closed();
    case attempt::blocked:
      break;
    }
    waiter w;
    w.slot = &value;
    w.who = self();
    senders.push(w);
    park(reason::chan_send, this, unlock_after, static_cast<chan_core*>(this));
    finish_send(w);
  }

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void recv(std::optional<E>& out) {
    blocking_point(this);
    if (enter_to_recv(out) != attempt::blocked)
      return;
    waiter w;
    w.slot = &out;
    w.who = self();
    receivers.push(w);
    park(reason::chan_recv, this, unlock_after, static_cast<chan_core*>(this));
  }

  /// done, closed, or blocked: nothing happened.
  attempt send_now(E& value) {
    decision_point(this);
    return may_send() ? leave_if_blocked(enter_to_send(value)) : attempt::blocked;
  }
  attempt recv_now(std::optional<E>& out) {
    decision_point(this);
    return may_recv() ? leave_if_blocked(enter_to_recv(out)) : attempt::blocked;
  }

  /// blocked: the deadline passed.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS attempt send_until(E& value, clock::time_point deadline) {
    decision_point(this);
    if (attempt a = enter_to_send(value); a != attempt::blocked)
      return a;
    timed_waiter w(*this, &value);
    if (!w.wait(senders, reason::chan_send, deadline))
      return attempt::blocked;
    if (w.node.failed)
      finish_send(w.node);
    return w.node.ok ? attempt::done : attempt::closed;
  }

  RUNNEL_BLOCKING RUNNEL_SUSPENDS attempt recv_until(std::optional<E>& out,
                                                     clock::time_point deadline) {
    decision_point(this);
    if (attempt a = enter_to_recv(out); a != attempt::blocked)
      return a;
    timed_waiter w(*this, &out);
    if (!w.wait(receivers, reason::chan_recv, deadline))
      return attempt::blocked;
    return w.node.ok ? attempt::done : attempt::closed;
  }

  /// After a send case or a blocked send was woken: throws if it did not go through.
  static void finish_send(waiter& w) {
    if (w.failed) [[unlikely]] {
      auto* kept = std::launder(reinterpret_cast<std::exception_ptr*>(w.error));
      std::exception_ptr error = std::move(*kept);
      kept->~exception_ptr();
      w.failed = false;
      std::rethrow_exception(std::move(error));
    }
    if (!w.ok) [[unlikely]]
      throw_send_on_closed();
  }

private:
  explicit chan(std::uint32_t cap) noexcept : chan_core(cap, free, drain) {}

  struct timed_waiter {
    waiter node;
    select_token token;
    chan_core& core;
    timed_waiter(chan_core& c, void* slot) noexcept : core(c) {
      node.slot = slot;
      node.token = &token;
      node.who = self();
    }
    // With the lock held on entry. False: time is up and nothing happened.
    bool wait(wait_queue& queue, reason why, clock::time_point deadline) noexcept {
      queue.push(node);
      park_until(why, &core, unlock_after, &core, token, deadline);
      if (token.winner() != select_token::timed_out)
        return true;
      if (node.queued.load(std::memory_order_acquire)) {
        core.lock.lock();
        if (node.queued.load(std::memory_order_relaxed))
          queue.unlink(node);
        core.lock.unlock();
      }
      return false;
    }
  };

  // Takes the lock and tries. If that did nothing (blocked) the lock stays held, so that the caller
  // can queue itself before anybody else moves; otherwise it has been left, and whoever waited for
  // this has been woken.
  template <class Try> attempt enter(Try try_it) {
    owner wake;
    attempt a;
    lock.lock();
    if constexpr (moves_quietly) {
      a = try_it(wake);
    } else {
      try {
        a = try_it(wake);
      } catch (...) {
        lock.unlock();
        throw;
      }
    }
    if (a == attempt::blocked)
      return a;
    lock.unlock();
    if (wake)
      ready(wake);
    return a;
  }
  attempt enter_to_send(E& value) {
    return enter([&](owner& wake) noexcept(moves_quietly) { return try_send(value, wake); });
  }
  attempt enter_to_recv(std::optional<E>& out) {
    return enter([&](owner& wake) noexcept(moves_quietly) { return try_recv(out, wake); });
  }
  attempt leave_if_blocked(attempt a) noexcept {
    if (a == attempt::blocked)
      lock.unlock();
    return a;
  }

  // With the lock held: passes a value between us and the first of the other side that can still be
  // had. False: there is none any more.
  template <class Transfer>
  static bool meet(wait_queue& queue, owner& wake, Transfer transfer) noexcept(moves_quietly) {
    waiter* w;
    if constexpr (moves_quietly)
      w = queue.pop_claimed();
    else
      w = queue.hold_front();
    if (!w)
      return false;
    if constexpr (moves_quietly) {
      transfer(w->slot);
    } else {
      try {
        transfer(w->slot);
      } catch (...) {
        wait_queue::release_front(*w);
        throw;
      }
    }
    w->ok = true;
    wake = w->who;
    if constexpr (!moves_quietly)
      queue.commit_front(*w);
    return true;
  }

  // Room has been made behind `n` elements: lets the first waiting sender in. A value that throws
  // when it moves is its sender's problem: that sender wakes with the exception, and the next may.
  std::uint32_t refill(std::uint32_t n, owner& wake) noexcept {
    while (waiter* w = senders.pop_claimed()) {
      w->ok = true;
      if constexpr (moves_quietly) {
        ::new (static_cast<void*>(slot(n))) E(std::move(*static_cast<E*>(w->slot)));
      } else {
        try {
          ::new (static_cast<void*>(slot(n))) E(std::move(*static_cast<E*>(w->slot)));
        } catch (...) {
          ::new (static_cast<void*>(w->error)) std::exception_ptr(std::current_exception());
          w->failed = true;
          ready(w->who);
          continue;
        }
      }
      wake = w->who;
      return 1;
    }
    return 0;
  }

  static constexpr std::size_t offset() noexcept {
    return (sizeof(chan_core) + alignof(E) - 1) / alignof(E) * alignof(E);
  }
  // The i-th oldest element, or the free place behind the last.
  E* slot(std::uint32_t i) noexcept {
    std::uint64_t at = std::uint64_t{head} + i;
    if (at >= capacity)
      at -= capacity;
    return reinterpret_cast<E*>(reinterpret_cast<std::byte*>(this) + offset()) + at;
  }

  static void drain(chan_core* core) noexcept {
    auto* c = static_cast<chan*>(core);
    while (std::uint32_t n = c->count.load(std::memory_order_relaxed)) {
      c->slot(0)->~E();
      c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
      c->count.store(n - 1, std::memory_order_relaxed);
    }
  }
  static void free(chan_core* core) noexcept {
    drain(core);
    auto* c = static_cast<chan*>(core);
    std::size_t bytes = offset() + c->capacity * sizeof(E);
    c->~chan();
    if constexpr (over_aligned)
      ::operator delete(static_cast<void*>(c), std::align_val_t{alignof(E)});
    else
      free_node(c, bytes);
  }
};

} // namespace runnel::detail
