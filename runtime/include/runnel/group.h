// group: structured concurrency, and the first error of several goroutines.
#pragma once

#include "runnel/annotations.h"
#include "runnel/context.h"
#include "runnel/detail/closure.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace runnel {

namespace detail {

class group_state;
/// A place in the group; `wait`: until there is one. False: none.
RUNNEL_BLOCKING bool group_enter(group_state& g, bool wait);
void group_leave(group_state& g, std::exception_ptr error) noexcept;

} // namespace detail

/// Goroutines that end together. Go's errgroup.
///
///     runnel::group g;
///     g.set_limit(2);
///     for (int i = 0; i < 4; ++i)
///       g.go([i] { if (i == 3) throw std::runtime_error("no"); });
///     try {
///       g.wait();
///     } catch (const std::runtime_error&) {
///     }
///
/// The first member to throw cancels ctx() with that exception as its cause. Thread safety: members
/// may call go() themselves; set_limit() only while nobody runs. The destructor waits, and drops
/// the error that nobody asked for.
class group {
public:
  group();
  explicit group(context parent);
  group(const group&) = delete;
  group& operator=(const group&) = delete;
  RUNNEL_BLOCKING ~group();

  /// Starts a member; with a limit, once there is a place.
  template <class F>
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void
  go(F&& f, std::source_location where = std::source_location::current()) {
    detail::group_enter(*state_, true);
    start(std::forward<F>(f), where);
  }
  /// Starts a member if there is a place now.
  template <class F>
  bool try_go(F&& f, std::source_location where = std::source_location::current()) {
    if (!detail::group_enter(*state_, false))
      return false;
    start(std::forward<F>(f), where);
    return true;
  }
  /// At most n at a time; 0 admits nobody. Without a call there is no limit. Throws sync_error
  /// while members run.
  void set_limit(std::size_t n);
  /// Cancelled when a member throws, and when wait() returns.
  context ctx() const;
  /// Waits for all; rethrows the first exception.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS void wait();

private:
  template <class F> void start(F&& f, std::source_location where) {
    try {
      detail::go_and_then(where, std::forward<F>(f), [state = state_](std::exception_ptr error) {
        detail::group_leave(*state, std::move(error));
      });
    } catch (...) {
      detail::group_leave(*state_, nullptr);
      throw;
    }
  }

  std::shared_ptr<detail::group_state> state_;
};

} // namespace runnel
