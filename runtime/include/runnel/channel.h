// Channels: typed, first in first out, shared by handle; and their direction-typed ends.
//
// Who may block: goroutines, plain threads and coroutines, on the same channel, each blocking
// itself alone. Thread safety: one channel may be used by any number of parties at once; one
// *handle* is an ordinary object, so two threads that assign to the same handle need to agree.
// Memory order: Go's model. A send happens before its receive completes; a close happens before a
// receive that sees it; a receive on an unbuffered channel happens before its send completes; the
// k-th receive on a channel of capacity C happens before the (k+C)-th send completes.
// Cost: one short lock an operation; a message is moved once and never allocated.
#pragma once

#include "runnel/detail/chan_handle.h"

#include <concepts>
#include <cstddef>
#include <utility>

namespace runnel {

template <class T> class sender;
template <class T> class receiver;

/// A handle to a channel. Copies share the channel, as in Go.
///
///     runnel::channel<int> c;
///     runnel::go([=] { c.send(1); c.send(2); c.close(); });
///     int sum = 0;
///     for (int v : c)
///       sum += v;
///     assert(sum == 3);
///
/// A channel closes by itself when its last handle that can send is gone, and its senders fail when
/// the last that can receive is gone. A `channel` counts as both; `sender` and `receiver` as one.
/// T may be move-only and need not be default-constructible. If moving a T throws, the exception
/// reaches the party whose operation it was, and no value is lost.
template <class T>
class channel : public detail::send_ops<channel<T>, T>,
                public detail::recv_ops<channel<T>, T>,
                public detail::chan_facts<channel<T>> {
  static constexpr auto both = detail::chan_core::one_sender + detail::chan_core::one_receiver;
  using handle_type = detail::chan_handle<T, both>;

public:
  using value_type = T;

  /// Unbuffered: a send meets its receive.
  channel() : channel(std::size_t{0}) {}
  /// Room for `capacity` values; 0: unbuffered. Throws std::bad_alloc or std::length_error.
  explicit channel(std::size_t capacity) : handle_(handle_type::core_type::make(capacity)) {
    handle_.core()->retain(both);
  }
  /// Nil: send and receive block for ever, never ready in a select, close() throws.
  // A template, so that a literal 0 is a capacity.
  template <std::same_as<std::nullptr_t> N> channel(N) noexcept {}

  operator sender<T>() const noexcept;
  operator receiver<T>() const noexcept;

  const handle_type& handle() const noexcept { return handle_; }

private:
  handle_type handle_;
};

/// The end of a channel that sends. There is no way back to the channel.
///
///     auto [tx, rx] = runnel::make_channel<int>(1);
///     tx.send(1);
///     tx = nullptr; // the last sender: the channel is closed
///     assert(*rx.recv() == 1 && !rx.recv());
template <class T>
class sender : public detail::send_ops<sender<T>, T>, public detail::chan_facts<sender<T>> {
  using handle_type = detail::chan_handle<T, detail::chan_core::one_sender>;

public:
  using value_type = T;

  template <std::same_as<std::nullptr_t> N> sender(N) noexcept {}
  const handle_type& handle() const noexcept { return handle_; }

private:
  friend channel<T>;
  explicit sender(typename handle_type::core_type* core) noexcept : handle_(core) {}
  handle_type handle_;
};

/// The end of a channel that receives.
///
///     runnel::channel<void> done;
///     runnel::receiver<void> wait_only = done;
///     done.close();
///     assert(!wait_only.recv());
template <class T>
class receiver : public detail::recv_ops<receiver<T>, T>, public detail::chan_facts<receiver<T>> {
  using handle_type = detail::chan_handle<T, detail::chan_core::one_receiver>;

public:
  using value_type = T;

  template <std::same_as<std::nullptr_t> N> receiver(N) noexcept {}
  const handle_type& handle() const noexcept { return handle_; }

private:
  friend channel<T>;
  explicit receiver(typename handle_type::core_type* core) noexcept : handle_(core) {}
  handle_type handle_;
};

template <class T> channel<T>::operator sender<T>() const noexcept {
  if (auto* core = handle_.core())
    core->retain(detail::chan_core::one_sender);
  return sender<T>(handle_.core());
}
template <class T> channel<T>::operator receiver<T>() const noexcept {
  if (auto* core = handle_.core())
    core->retain(detail::chan_core::one_receiver);
  return receiver<T>(handle_.core());
}

/// A channel as its two ends, each counted by itself.
template <class T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> make_channel(std::size_t capacity = 0) {
  channel<T> c(capacity);
  return {c, c};
}

} // namespace runnel
