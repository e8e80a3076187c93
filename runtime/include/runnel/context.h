// Contexts: cancellation, deadlines and request values, passed down a tree of calls.
//
// A context is a value, cheap to copy, passed first. Cancelling one cancels everything derived from
// it. Thread safety: any number of parties. Memory order: a cancellation happens before done() is
// seen closed and before err() is seen set. Cost: deriving one allocates; cancelling is O(n) in
// what is derived from it; value() is O(depth). Times are runnel::clock's, in nanoseconds. Making
// one may throw std::bad_alloc; nothing else here throws.
#pragma once

#include "runnel/annotations.h"
#include "runnel/channel.h"
#include "runnel/clock.h"
#include "runnel/errors.h"

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>

namespace runnel {

/// Names a value in a context, by its address; make it a constant with static storage.
///
///     static const runnel::context_key<int> depth;
///     auto ctx = runnel::with_value(runnel::context::background(), depth, 3);
///     assert(*ctx.value(depth) == 3);
template <class T> class context_key {
public:
  constexpr context_key() noexcept {}
  context_key(const context_key&) = delete;
  context_key& operator=(const context_key&) = delete;
};

namespace detail {

class cancel_node;

/// One context: what it adds to its parent.
struct context_node {
  std::shared_ptr<const context_node> parent;
  cancel_node* canceller = nullptr; ///< the nearest that can end, itself or above; null: never ends
  const void* key = nullptr;
  const void* value = nullptr;
  virtual ~context_node() = default;
};

template <class T> struct value_node final : context_node {
  T held;
  explicit value_node(T&& v) : held(std::move(v)) { value = &held; }
};

} // namespace detail

/// Cancellation, a deadline, and values, for everything that is done on behalf of one request.
///
///     auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
///     runnel::go([ctx = ctx] { ctx.done().recv(); }); // ends when cancelled
///     cancel();
///     assert(ctx.err() == runnel::errc::canceled);
class context {
public:
  /// Never ends, carries nothing. done() is nil.
  static context background() noexcept { return context(nullptr); }
  /// Ends when a stop is requested.
  static context from(std::stop_token token);

  /// Closed when the context ends; nil if it never can.
  receiver<void> done() const;
  /// Why it ended: errc::canceled or errc::deadline_exceeded; empty while it has not.
  std::error_code err() const;
  /// The exception it was cancelled with; without one a std::system_error of err(); null while it
  /// has not ended.
  std::exception_ptr cause() const;
  std::optional<clock::time_point> deadline() const;
  /// The nearest value under this key; null if there is none. Lives as long as the context.
  template <class T> const T* value(const context_key<T>& key) const {
    return static_cast<const T*>(find(&key));
  }
  /// For APIs that take one; stop is requested when the context ends.
  std::stop_token stop_token() const;

  explicit context(std::shared_ptr<const detail::context_node> node) noexcept
      : node_(std::move(node)) {}
  const std::shared_ptr<const detail::context_node>& node() const noexcept { return node_; }

private:
  const void* find(const void* key) const noexcept;
  std::shared_ptr<const detail::context_node> node_;
};

/// Ends a context: callable from any thread, any number of times (the first counts), and by its
/// destructor. Move-only.
///
///     auto [ctx, cancel] = runnel::with_cancel_cause(runnel::context::background());
///     cancel(std::make_exception_ptr(std::runtime_error("no longer needed")));
///     assert(ctx.cause());
class cancel_source {
public:
  explicit cancel_source(std::shared_ptr<detail::cancel_node> node) noexcept
      : node_(std::move(node)) {}
  cancel_source(cancel_source&&) noexcept = default;
  cancel_source& operator=(cancel_source&& o) noexcept {
    cancel_source old(std::move(*this));
    node_ = std::move(o.node_);
    return *this;
  }
  ~cancel_source() {
    if (node_)
      (*this)();
  }
  void operator()(std::exception_ptr cause = nullptr) const;
  /// The destructor will not cancel.
  void release() noexcept { node_.reset(); }

private:
  std::shared_ptr<detail::cancel_node> node_;
};

[[nodiscard]] std::pair<context, cancel_source> with_cancel(context parent);
[[nodiscard]] std::pair<context, cancel_source> with_cancel_cause(context parent);
[[nodiscard]] std::pair<context, cancel_source> with_timeout(context parent, duration d);
[[nodiscard]] std::pair<context, cancel_source> with_deadline(context parent, clock::time_point t);

template <class T>
[[nodiscard]] context with_value(context parent, const context_key<T>& key,
                                 std::type_identity_t<T> value) {
  auto node = std::make_shared<detail::value_node<T>>(std::move(value));
  node->key = &key;
  if (parent.node())
    node->canceller = parent.node()->canceller;
  node->parent = parent.node();
  return context(std::move(node));
}

} // namespace runnel
