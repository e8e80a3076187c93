// Counted references to a channel, and the operations they offer; channel.h composes them.
#pragma once

#include "runnel/clock.h"
#include "runnel/detail/chan.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace runnel {

enum class send_status : std::uint8_t { sent, would_block, closed, timed_out };
enum class recv_status : std::uint8_t { received, empty, closed, timed_out };

namespace detail {

template <class Handle, class T> class recv_ops;

/// What recv() returns: std::optional<T>, or for void whether a signal came.
template <class T> using received = std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>;

/// Block for ever, or until the deadline, on a nil channel.
RUNNEL_BLOCKING [[noreturn]] void block_on_nil() noexcept;
RUNNEL_BLOCKING void block_on_nil_until(clock::time_point deadline) noexcept;

inline send_status to_send_status(attempt a, send_status otherwise) noexcept {
  return a == attempt::done     ? send_status::sent
         : a == attempt::closed ? send_status::closed
                                : otherwise;
}
inline recv_status to_recv_status(attempt a, recv_status otherwise) noexcept {
  return a == attempt::done     ? recv_status::received
         : a == attempt::closed ? recv_status::closed
                                : otherwise;
}

} // namespace detail

/// What a receive that need not succeed gave: a value, or why there is none.
///
///     runnel::channel<int> c(1);
///     c.send(1);
///     if (auto r = c.try_recv())
///       assert(*r == 1);
///     assert(c.try_recv().status() == runnel::recv_status::empty);
template <class T> class [[nodiscard]] recv_result {
public:
  explicit operator bool() const noexcept { return value_.has_value(); }
  recv_status status() const noexcept { return status_; }
  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return std::move(*value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }
  /// Throws std::bad_optional_access if nothing was received.
  T& value() & { return value_.value(); }
  const T& value() const& { return value_.value(); }
  T&& value() && { return std::move(value_).value(); }

private:
  template <class, class> friend class detail::recv_ops;
  std::optional<T> value_;
  recv_status status_ = recv_status::empty;
};

template <> class [[nodiscard]] recv_result<void> {
public:
  explicit operator bool() const noexcept { return status_ == recv_status::received; }
  recv_status status() const noexcept { return status_; }

private:
  template <class, class> friend class detail::recv_ops;
  std::optional<detail::unit> value_;
  recv_status status_ = recv_status::empty;
};

namespace detail {

/// A counted reference. `Ends` is what the handle counts as: a sender, a receiver, or both.
template <class T, std::uint64_t Ends> class chan_handle {
public:
  using core_type = chan<element<T>>;

  constexpr chan_handle() noexcept = default;
  /// Takes over references that were counted already.
  explicit chan_handle(core_type* counted) noexcept : core_(counted) {}
  chan_handle(const chan_handle& other) noexcept : core_(other.core_) {
    if (core_)
      core_->retain(Ends);
  }
  chan_handle(chan_handle&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  chan_handle& operator=(chan_handle other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~chan_handle() {
    if (core_)
      core_->drop(Ends);
  }

  core_type* core() const noexcept { return core_; }

private:
  core_type* core_ = nullptr;
};

/// An input iterator: each increment receives. `*it` is an rvalue, so move-only values work.
template <class E> class chan_iterator {
public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = E;
  using difference_type = std::ptrdiff_t;

  chan_iterator() noexcept = default;
  RUNNEL_BLOCKING explicit chan_iterator(chan<E>* c) : chan_(c) { ++*this; }
  chan_iterator(chan_iterator&&) = default;
  chan_iterator& operator=(chan_iterator&&) = default;
  E&& operator*() const noexcept { return std::move(*value_); }
  RUNNEL_BLOCKING chan_iterator& operator++() {
    value_.reset();
    if (!chan_)
      block_on_nil();
    chan_->recv(value_);
    return *this;
  }
  RUNNEL_BLOCKING void operator++(int) { ++*this; }
  friend bool operator==(const chan_iterator& it, std::default_sentinel_t) noexcept {
    return !it.value_.has_value();
  }

private:
  chan<E>* chan_ = nullptr;
  mutable std::optional<E> value_;
};

template <class Handle, class T> class send_ops {
  using E = element<T>;
  static constexpr bool signal = std::is_void_v<T>;

public:
  /// Blocks until a receiver has the value or the buffer has room. Throws send_on_closed; blocks
  /// for ever on nil.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void send(E value) const
    requires(!signal)
  {
    if (!core()) [[unlikely]]
      block_on_nil();
    core()->send(value);
  }
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void send() const
    requires(signal)
  {
    E value;
    if (!core()) [[unlikely]]
      block_on_nil();
    core()->send(value);
  }

  /// Sends if that is possible at once. The value is moved from only when it was sent.
  [[nodiscard]] send_status try_send(E& value) const
    requires(!signal)
  {
    return now(value);
  }
  [[nodiscard]] send_status try_send(E&& value) const
    requires(!signal)
  {
    return now(value);
  }
  [[nodiscard]] send_status try_send(const E& value) const
    requires(!signal && std::is_copy_constructible_v<E>)
  {
    E copy(value);
    return now(copy);
  }
  [[nodiscard]] send_status try_send() const
    requires(signal)
  {
    E value;
    return now(value);
  }

  /// Gives up after `d`, or at `deadline`, with send_status::timed_out.
  RUNNEL_BLOCKING [[nodiscard]] send_status send_for(E& value, duration d) const
    requires(!signal)
  {
    return until(value, deadline_after(d));
  }
  RUNNEL_BLOCKING [[nodiscard]] send_status send_for(E&& value, duration d) const
    requires(!signal)
  {
    return until(value, deadline_after(d));
  }
  RUNNEL_BLOCKING [[nodiscard]] send_status send_for(duration d) const
    requires(signal)
  {
    E value;
    return until(value, deadline_after(d));
  }
  RUNNEL_BLOCKING [[nodiscard]] send_status send_until(E& value, clock::time_point deadline) const
    requires(!signal)
  {
    return until(value, deadline);
  }
  RUNNEL_BLOCKING [[nodiscard]] send_status send_until(E&& value, clock::time_point deadline) const
    requires(!signal)
  {
    return until(value, deadline);
  }
  RUNNEL_BLOCKING [[nodiscard]] send_status send_until(clock::time_point deadline) const
    requires(signal)
  {
    E value;
    return until(value, deadline);
  }

  /// No more values will come; wakes every waiter. Throws close_of_closed or close_of_nil.
  void close() const {
    if (!core())
      throw_close_of_nil();
    decision_point(core());
    if (!core()->close())
      throw_close_of_closed();
  }

private:
  auto* core() const noexcept { return static_cast<const Handle*>(this)->handle().core(); }
  send_status now(E& value) const {
    return core() ? to_send_status(core()->send_now(value), send_status::would_block)
                  : send_status::would_block;
  }
  send_status until(E& value, clock::time_point deadline) const {
    if (!core()) {
      block_on_nil_until(deadline);
      return send_status::timed_out;
    }
    return to_send_status(core()->send_until(value, deadline), send_status::timed_out);
  }
};

template <class Handle, class T> class recv_ops {
  using E = element<T>;
  static constexpr bool signal = std::is_void_v<T>;

public:
  /// Blocks for the next value; nullopt (false for void) once the channel is closed and drained.
  /// Blocks for ever on nil.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS received<T> recv() const {
    std::optional<E> value;
    if (!core()) [[unlikely]]
      block_on_nil();
    core()->recv(value);
    if constexpr (signal)
      return value.has_value();
    else
      return value;
  }

  /// Receives if that is possible at once.
  [[nodiscard]] recv_result<T> try_recv() const {
    recv_result<T> r;
    if (core())
      r.status_ = to_recv_status(core()->recv_now(r.value_), recv_status::empty);
    return r;
  }

  /// Gives up after `d`, or at `deadline`, with recv_status::timed_out.
  RUNNEL_BLOCKING [[nodiscard]] recv_result<T> recv_for(duration d) const {
    return recv_until(deadline_after(d));
  }
  RUNNEL_BLOCKING [[nodiscard]] recv_result<T> recv_until(clock::time_point deadline) const {
    recv_result<T> r;
    if (core()) {
      r.status_ = to_recv_status(core()->recv_until(r.value_, deadline), recv_status::timed_out);
    } else {
      block_on_nil_until(deadline);
      r.status_ = recv_status::timed_out;
    }
    return r;
  }

  /// for (auto v : c): until the channel is closed and drained. The handle must outlive the loop.
  RUNNEL_BLOCKING chan_iterator<E> begin() const { return chan_iterator<E>(core()); }
  std::default_sentinel_t end() const noexcept { return {}; }

private:
  auto* core() const noexcept { return static_cast<const Handle*>(this)->handle().core(); }
};

/// Size, capacity and identity, for every kind of handle.
template <class Handle> class chan_facts {
public:
  /// What is buffered. Old when you read it.
  std::size_t size() const noexcept {
    return core() ? core()->count.load(std::memory_order_relaxed) : 0;
  }
  std::size_t capacity() const noexcept { return core() ? core()->capacity : 0; }
  /// False: nil.
  explicit operator bool() const noexcept { return core() != nullptr; }
  /// The same channel?
  friend bool operator==(const Handle& a, const Handle& b) noexcept {
    return a.handle().core() == b.handle().core();
  }

private:
  auto* core() const noexcept { return static_cast<const Handle*>(this)->handle().core(); }
};

} // namespace detail
} // namespace runnel
