// Select: wait for several channel operations and let exactly one proceed.
//
// Among the cases that are ready one is chosen uniformly at random; nil channels never are. With
// `otherwise` nothing is waited for; with `on_timeout` no longer than that. Nothing is allocated.
// A value that was not sent stays in its case. A case counts as a handle of its channel.
// Thread safety: a case belongs to one select at a time. Cost: with a ready case one channel is
// locked, whatever the number of cases; a select that blocks locks each of its channels twice.
// Memory order: the chosen operation has the edges that it has outside of a select.
#pragma once

#include "runnel/annotations.h"
#include "runnel/channel.h"
#include "runnel/detail/select_case.h"

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace runnel {

namespace detail {

struct no_handler {};
template <class> inline constexpr bool never = false;

template <class H> void call_plain(H& handler) {
  if constexpr (!std::is_same_v<H, no_handler>)
    std::invoke(handler);
}

template <class H, class T> consteval bool takes_received() {
  if constexpr (std::is_same_v<H, no_handler>)
    return true;
  else if constexpr (std::is_void_v<T>)
    return std::is_invocable_v<H&> || std::is_invocable_v<H&, bool>;
  else
    return std::is_invocable_v<H&, std::optional<T>>;
}
template <class H> consteval bool takes_nothing() {
  if constexpr (std::is_same_v<H, no_handler>)
    return true;
  else
    return std::is_invocable_v<H&>;
}

} // namespace detail

/// A receive in a select. After the select: true if it received a value.
///
///     runnel::channel<int> jobs(1);
///     jobs.send(7);
///     auto in = runnel::on_recv(jobs);
///     if (auto won = runnel::select(in, runnel::otherwise()); won == in && in)
///       assert(*in == 7);
template <class T, class H = detail::no_handler> class recv_case final : public detail::case_base {
  static_assert(detail::takes_received<H, T>(),
                "runnel: the handler of on_recv takes std::optional<T>, or () or (bool open) for a "
                "channel<void>");
  using E = detail::element<T>;

public:
  recv_case(receiver<T> from, H handler)
      : case_base(detail::case_kind::recv), from_(std::move(from)), handler_(std::move(handler)) {
    core_ = from_.handle().core();
  }
  /// False: the channel was closed and drained, or the case did not win.
  explicit operator bool() const noexcept { return value_.has_value(); }
  E& operator*() noexcept { return *value_; }
  E* operator->() noexcept { return &*value_; }
  /// Takes what was received.
  std::optional<E> take() { return std::exchange(value_, std::nullopt); }

private:
  bool try_locked(detail::owner& wake) override {
    return static_cast<detail::chan<E>*>(core_)->try_recv(value_, wake) != detail::attempt::blocked;
  }
  void reset() noexcept override { value_.reset(); }
  void* slot() noexcept override { return &value_; }
  void handle() override {
    if constexpr (!std::is_same_v<H, detail::no_handler>) {
      if constexpr (!std::is_void_v<T>)
        std::invoke(handler_, std::exchange(value_, std::nullopt));
      else if constexpr (std::is_invocable_v<H&, bool>)
        std::invoke(handler_, value_.has_value());
      else
        std::invoke(handler_);
    }
  }

  receiver<T> from_;
  std::optional<E> value_;
  [[no_unique_address]] H handler_;
};

/// A send in a select. Until it wins, the value stays in the case.
///
///     runnel::channel<int> out;
///     auto put = runnel::on_send(out, 7);
///     if (runnel::select(put, runnel::otherwise()).index() == 1)
///       assert(put.value() == 7);
///
/// The select throws send_on_closed if this case is chosen and its channel is closed.
template <class T, class H = detail::no_handler> class send_case final : public detail::case_base {
  static_assert(detail::takes_nothing<H>(), "runnel: the handler of on_send takes no arguments");
  using E = detail::element<T>;

public:
  send_case(sender<T> to, E value, H handler)
      : case_base(detail::case_kind::send), to_(std::move(to)), value_(std::move(value)),
        handler_(std::move(handler)) {
    core_ = to_.handle().core();
  }
  E& value() noexcept { return value_; }
  const E& value() const noexcept { return value_; }

private:
  bool try_locked(detail::owner& wake) override {
    switch (static_cast<detail::chan<E>*>(core_)->try_send(value_, wake)) {
    case detail::attempt::done:
      closed_ = false;
      return true;
    case detail::attempt::closed:
      closed_ = true;
      return true;
    default:
      return false;
    }
  }
  void reset() noexcept override { closed_ = false; }
  void* slot() noexcept override { return &value_; }
  void finish(detail::waiter& w) override {
    if (closed_)
      detail::throw_send_on_closed();
    detail::chan<E>::finish_send(w);
  }
  void handle() override { detail::call_plain(handler_); }

  sender<T> to_;
  E value_;
  bool closed_ = false;
  [[no_unique_address]] H handler_;
};

/// Wins when nothing else has within the time.
///
///     runnel::channel<int> never;
///     auto late = runnel::on_timeout(std::chrono::milliseconds(1));
///     assert(runnel::select(runnel::on_recv(never), late) == late);
template <class H = detail::no_handler> class timeout_case final : public detail::case_base {
  static_assert(detail::takes_nothing<H>(), "runnel: the handler of on_timeout takes no arguments");

public:
  timeout_case(duration d, H handler)
      : case_base(detail::case_kind::timeout), for_(d), handler_(std::move(handler)) {}
  timeout_case(clock::time_point t, H handler)
      : case_base(detail::case_kind::timeout), at_(t), handler_(std::move(handler)) {}

private:
  bool try_locked(detail::owner&) override { return false; }
  clock::time_point deadline() const noexcept override {
    return at_ == clock::time_point{} ? detail::deadline_after(for_) : at_;
  }
  void handle() override { detail::call_plain(handler_); }

  duration for_{};
  clock::time_point at_{};
  [[no_unique_address]] H handler_;
};

/// The default case: wins at once when no other case is ready.
///
///     runnel::channel<int> empty;
///     bool idle = false;
///     runnel::select(runnel::on_recv(empty), runnel::otherwise([&] { idle = true; }));
///     assert(idle);
template <class H = detail::no_handler> class otherwise_case final : public detail::case_base {
  static_assert(detail::takes_nothing<H>(), "runnel: the handler of otherwise takes no arguments");

public:
  explicit otherwise_case(H handler)
      : case_base(detail::case_kind::otherwise), handler_(std::move(handler)) {}

private:
  bool try_locked(detail::owner&) override { return false; }
  void handle() override { detail::call_plain(handler_); }

  [[no_unique_address]] H handler_;
};

template <class T> auto on_recv(const channel<T>& from) { return recv_case<T>(from, {}); }
template <class T> auto on_recv(const receiver<T>& from) { return recv_case<T>(from, {}); }
template <class T, class H> auto on_recv(const channel<T>& from, H&& handler) {
  return recv_case<T, std::decay_t<H>>(from, std::forward<H>(handler));
}
template <class T, class H> auto on_recv(const receiver<T>& from, H&& handler) {
  return recv_case<T, std::decay_t<H>>(from, std::forward<H>(handler));
}
template <class T, class... H> void on_recv(const sender<T>&, H&&...) {
  static_assert(detail::never<T>,
                "runnel: on_recv needs a channel or a receiver; this end can only send");
}

template <class T, class V>
  requires(!std::is_void_v<T> && std::convertible_to<V, T>)
auto on_send(const channel<T>& to, V&& value) {
  return send_case<T>(to, std::forward<V>(value), {});
}
template <class T, class V>
  requires(!std::is_void_v<T> && std::convertible_to<V, T>)
auto on_send(const sender<T>& to, V&& value) {
  return send_case<T>(to, std::forward<V>(value), {});
}
template <class T, class V, class H>
  requires(!std::is_void_v<T> && std::convertible_to<V, T>)
auto on_send(const channel<T>& to, V&& value, H&& handler) {
  return send_case<T, std::decay_t<H>>(to, std::forward<V>(value), std::forward<H>(handler));
}
template <class T, class V, class H>
  requires(!std::is_void_v<T> && std::convertible_to<V, T>)
auto on_send(const sender<T>& to, V&& value, H&& handler) {
  return send_case<T, std::decay_t<H>>(to, std::forward<V>(value), std::forward<H>(handler));
}
inline auto on_send(const channel<void>& to) { return send_case<void>(to, {}, {}); }
inline auto on_send(const sender<void>& to) { return send_case<void>(to, {}, {}); }
template <class H> auto on_send(const channel<void>& to, H&& handler) {
  return send_case<void, std::decay_t<H>>(to, {}, std::forward<H>(handler));
}
template <class H> auto on_send(const sender<void>& to, H&& handler) {
  return send_case<void, std::decay_t<H>>(to, {}, std::forward<H>(handler));
}
template <class T, class... A> void on_send(const receiver<T>&, A&&...) {
  static_assert(detail::never<T>,
                "runnel: on_send needs a channel or a sender; this end can only receive");
}

inline auto on_timeout(duration d) { return timeout_case<>(d, {}); }
inline auto on_timeout(clock::time_point t) { return timeout_case<>(t, {}); }
template <class H> auto on_timeout(duration d, H&& handler) {
  return timeout_case<std::decay_t<H>>(d, std::forward<H>(handler));
}
template <class H> auto on_timeout(clock::time_point t, H&& handler) {
  return timeout_case<std::decay_t<H>>(t, std::forward<H>(handler));
}
inline auto otherwise() { return otherwise_case<>({}); }
template <class H> auto otherwise(H&& handler) {
  return otherwise_case<std::decay_t<H>>(std::forward<H>(handler));
}

/// Which case proceeded: by position, or by comparison with a named case.
///
///     runnel::channel<int> a(1);
///     switch (runnel::select(runnel::on_send(a, 1), runnel::otherwise()).index()) {
///     case 0: assert(a.size() == 1); break;
///     case 1: assert(false); break;
///     }
class selection {
public:
  selection(std::size_t index, const detail::case_base* which) noexcept
      : index_(index), which_(which) {}
  std::size_t index() const noexcept { return index_; }
  friend bool operator==(const selection& s, const detail::case_base& c) noexcept {
    return s.which_ == &c;
  }

private:
  std::size_t index_;
  const detail::case_base* which_;
};

/// A case of any kind, for lists of cases that are known only at run time.
///
///     runnel::channel<int> a(1), b(1);
///     b.send(1);
///     std::vector<runnel::any_case> cases;
///     cases.emplace_back(runnel::on_recv(a));
///     cases.emplace_back(runnel::on_recv(b));
///     assert(runnel::select(std::span(cases)).index() == 1);
///
/// Move-only. Building one allocates; selecting over them does not.
class any_case {
public:
  template <class C>
    requires std::derived_from<std::remove_cvref_t<C>, detail::case_base>
  any_case(C&& c) : case_(new std::remove_cvref_t<C>(std::forward<C>(c))) {}
  any_case(any_case&& o) noexcept : case_(std::exchange(o.case_, nullptr)) {}
  any_case& operator=(any_case&& o) noexcept {
    std::swap(case_, o.case_);
    return *this;
  }
  ~any_case() { delete case_; }

  /// The case as what it was built from; null if it was built from something else.
  template <class C> C* target() noexcept { return dynamic_cast<C*>(case_); }
  friend bool operator==(const selection& s, const any_case& c) noexcept { return s == *c.case_; }

private:
  detail::case_base* case_; // alone: select() takes an array of these for an array of pointers
};

namespace detail {
template <class> inline constexpr bool is_timeout = false;
template <class H> inline constexpr bool is_timeout<timeout_case<H>> = true;
template <class> inline constexpr bool is_otherwise = false;
template <class H> inline constexpr bool is_otherwise<otherwise_case<H>> = true;
template <class C>
inline constexpr bool is_case = std::is_base_of_v<case_base, std::remove_cvref_t<C>>;
} // namespace detail

/// Waits until one of the cases can proceed, lets exactly that one proceed, calls its handler if it
/// has one, and says which it was. Throws send_on_closed when a send on a closed channel is chosen,
/// and what the handler throws.
template <class... Cases>
  requires(sizeof...(Cases) > 0 && (detail::is_case<Cases> && ...))
RUNNEL_BLOCKING RUNNEL_SUSPENDS selection select(Cases&&... cases) {
  constexpr auto timeouts = (0 + ... + detail::is_timeout<std::remove_cvref_t<Cases>>);
  constexpr auto defaults = (0 + ... + detail::is_otherwise<std::remove_cvref_t<Cases>>);
  static_assert(defaults <= 1, "runnel: a select has at most one otherwise");
  static_assert(timeouts <= 1, "runnel: a select has at most one on_timeout");
  static_assert(defaults == 0 || timeouts == 0,
                "runnel: otherwise beside on_timeout: the timeout could never be reached");
  detail::case_base* const list[] = {&cases...};
  // One channel and a default: nothing ready is one look, without a lock.
  if constexpr (defaults == 1 && sizeof...(Cases) == 2) {
    using first = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<Cases...>>>;
    constexpr std::size_t fallback = detail::is_otherwise<first> ? 0 : 1;
    if (detail::select_engine::nothing_ready(*list[1 - fallback])) {
      detail::select_engine::handle(*list[fallback]);
      return {fallback, list[fallback]};
    }
  }
  std::size_t won = detail::select_engine::run(list, sizeof...(Cases));
  detail::select_engine::handle(*list[won]);
  return {won, list[won]};
}

/// No case: blocks for ever.
RUNNEL_BLOCKING [[noreturn]] void select() noexcept;

/// Cases known only at run time. At most one `otherwise`, or std::invalid_argument; of several
/// timeouts the earliest counts. An empty span blocks for ever.
RUNNEL_BLOCKING RUNNEL_SUSPENDS selection select(std::span<any_case> cases);

} // namespace runnel
