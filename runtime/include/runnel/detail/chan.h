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
#include <memory>
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
    if (!receivers.empty()) {
      if constexpr (moves_quietly) {
        if (waiter* w = receivers.pop_claimed()) {
          static_cast<std::optional<E>*>(w->slot)->emplace(std::move(value));
          w->ok = true;
          wake = w->who;
          return attempt::done;
        }
      } else if (waiter* w = receivers.hold_front()) {
        try {
          static_cast<std::optional<E>*>(w->slot)->emplace(std::move(value));
        } catch (...) {
          wait_queue::release_front(*w);
          throw;
        }
        w->ok = true;
        wake = w->who;
        receivers.commit_front(*w);
        return attempt::done;
      }
    }
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
    if (!senders.empty()) {
      if constexpr (moves_quietly) {
        if (waiter* w = senders.pop_claimed()) {
          out.emplace(std::move(*static_cast<E*>(w->slot)));
          w->ok = true;
          wake = w->who;
          return attempt::done;
        }
      } else if (waiter* w = senders.hold_front()) {
        try {
          out.emplace(std::move(*static_cast<E*>(w->slot)));
        } catch (...) {
          wait_queue::release_front(*w);
          throw;
        }
        w->ok = true;
        wake = w->who;
        senders.commit_front(*w);
        return attempt::done;
      }
    }
    return closed.load(std::memory_order_relaxed) ? attempt::closed : attempt::blocked;
  }

  RUNNEL_BLOCKING RUNNEL_SUSPENDS void send(E& value) {
    decision_point(this);
    owner wake;
    switch (locked_send(value, wake)) {
    case attempt::done:
      lock.unlock();
      if (wake)
        ready(wake);
      return;
    case attempt::closed:
      lock.unlock();
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
    decision_point(this);
    owner wake;
    switch (locked_recv(out, wake)) {
    case attempt::done:
      lock.unlock();
      if (wake)
        ready(wake);
      return;
    case attempt::closed:
      lock.unlock();
      return;
    case attempt::blocked:
      break;
    }
    waiter w;
    w.slot = &out;
    w.who = self();
    receivers.push(w);
    park(reason::chan_recv, this, unlock_after, static_cast<chan_core*>(this));
  }

  /// done, closed, or blocked: nothing happened.
  attempt send_now(E& value) {
    decision_point(this);
    if (!may_send())
      return attempt::blocked;
    owner wake;
    attempt a = locked_send(value, wake);
    lock.unlock();
    if (wake)
      ready(wake);
    return a;
  }

  attempt recv_now(std::optional<E>& out) {
    decision_point(this);
    if (!may_recv())
      return attempt::blocked;
    owner wake;
    attempt a = locked_recv(out, wake);
    lock.unlock();
    if (wake)
      ready(wake);
    return a;
  }

  /// blocked: the deadline passed.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS attempt send_until(E& value, clock::time_point deadline) {
    decision_point(this);
    owner wake;
    attempt a = locked_send(value, wake);
    if (a != attempt::blocked) {
      lock.unlock();
      if (wake)
        ready(wake);
      return a;
    }
    timed_waiter w(*this, &value);
    if (!w.wait(senders, reason::chan_send, deadline))
      return attempt::blocked;
    if (w.node.error)
      finish_send(w.node);
    return w.node.ok ? attempt::done : attempt::closed;
  }

  RUNNEL_BLOCKING RUNNEL_SUSPENDS attempt recv_until(std::optional<E>& out,
                                                     clock::time_point deadline) {
    decision_point(this);
    owner wake;
    attempt a = locked_recv(out, wake);
    if (a != attempt::blocked) {
      lock.unlock();
      if (wake)
        ready(wake);
      return a;
    }
    timed_waiter w(*this, &out);
    if (!w.wait(receivers, reason::chan_recv, deadline))
      return attempt::blocked;
    return w.node.ok ? attempt::done : attempt::closed;
  }

  /// After a send case or a blocked send was woken: throws if it did not go through.
  static void finish_send(waiter& w) {
    if (w.error) [[unlikely]] {
      std::unique_ptr<std::exception_ptr> error(static_cast<std::exception_ptr*>(w.error));
      w.error = nullptr;
      std::rethrow_exception(std::move(*error));
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

  // Take the lock and try; the lock stays held, except when moving the value throws.
  attempt locked_send(E& value, owner& wake) {
    lock.lock();
    if constexpr (moves_quietly) {
      return try_send(value, wake);
    } else {
      try {
        return try_send(value, wake);
      } catch (...) {
        lock.unlock();
        throw;
      }
    }
  }
  attempt locked_recv(std::optional<E>& out, owner& wake) {
    lock.lock();
    if constexpr (moves_quietly) {
      return try_recv(out, wake);
    } else {
      try {
        return try_recv(out, wake);
      } catch (...) {
        lock.unlock();
        throw;
      }
    }
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
          w->error = new std::exception_ptr(std::current_exception());
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
