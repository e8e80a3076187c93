// Time as events: after, timer, ticker, after_func.
//
// As in Go: a fired timer's channel stays open; a tick that nobody has taken is dropped, not
// queued; stop() does not take back a value that was sent already. Thread safety: every member may
// be called by any party at any time. Cost: O(log n) in the timers of one worker. Lateness: well
// under a millisecond when the machine is idle. Resolution: nanoseconds. Making one may throw
// std::bad_alloc.
#pragma once

#include "runnel/channel.h"
#include "runnel/clock.h"

#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace runnel {

namespace detail {

struct timer_core;
void retain(timer_core* t) noexcept;
void release(timer_core* t) noexcept;

/// A counted reference to a timer.
class timer_ref {
public:
  timer_ref() noexcept = default;
  explicit timer_ref(timer_core* counted) noexcept : core_(counted) {}
  timer_ref(timer_ref&& o) noexcept : core_(std::exchange(o.core_, nullptr)) {}
  timer_ref& operator=(timer_ref&& o) noexcept {
    std::swap(core_, o.core_);
    return *this;
  }
  ~timer_ref() {
    if (core_)
      release(core_);
  }
  timer_core* get() const noexcept { return core_; }

private:
  timer_core* core_ = nullptr;
};

/// What after_func runs, each time in a goroutine of its own.
struct timer_callback {
  std::shared_ptr<void> object;
  void (*call)(void*) = nullptr;
  std::source_location where;
};

timer_ref make_timer(duration first, duration period, timer_callback callback);
receiver<clock::time_point> timer_channel(const timer_core& t);
bool stop_timer(timer_core& t) noexcept;
bool reset_timer(timer_core& t, duration first, duration period) noexcept;
[[noreturn]] void throw_bad_interval();

} // namespace detail

/// Receives the time once, after d. Nothing to stop: the timer lives until it has fired.
///
///     runnel::channel<int> answers;
///     runnel::select(runnel::on_recv(answers),
///                    runnel::on_recv(runnel::after(std::chrono::milliseconds(1))));
[[nodiscard]] receiver<clock::time_point> after(duration d);

/// A single event in the future that can be called off or moved.
///
///     runnel::timer t(std::chrono::hours(1));
///     assert(t.stop());
///     assert(!t.reset(std::chrono::milliseconds(1)));
///     assert(t.c().recv());
///
/// Destroying the handle does not stop the timer.
class timer {
public:
  explicit timer(duration d) : core_(detail::make_timer(d, duration::zero(), {})) {}
  /// Where the time arrives. Nil for an after_func.
  receiver<clock::time_point> c() const { return detail::timer_channel(*core_.get()); }
  /// True: it was pending and will not fire. False: it had fired, or had been stopped.
  bool stop() noexcept { return detail::stop_timer(*core_.get()); }
  /// Pending again, to fire after d. True: it was pending.
  bool reset(duration d) noexcept { return detail::reset_timer(*core_.get(), d, duration::zero()); }

  explicit timer(detail::timer_ref core) noexcept : core_(std::move(core)) {}

private:
  detail::timer_ref core_;
};

/// Runs f in a goroutine of its own after d; the timer calls it off or moves it. stop() does not
/// wait for an f that runs already. f may run again after reset().
template <class F>
timer after_func(duration d, F&& f, std::source_location where = std::source_location::current()) {
  using body = std::decay_t<F>;
  detail::timer_callback callback;
  callback.object = std::make_shared<body>(std::forward<F>(f));
  callback.call = [](void* object) { (*static_cast<body*>(object))(); };
  callback.where = where;
  return timer(detail::make_timer(d, duration::zero(), std::move(callback)));
}

/// The time, again and again, every `interval`.
///
///     runnel::ticker tick(std::chrono::milliseconds(1));
///     tick.c().recv();
///     tick.c().recv();
///     tick.stop();
///
/// An interval that is not positive throws std::invalid_argument. stop() does not close the
/// channel; destroying the ticker stops it.
class ticker {
public:
  explicit ticker(duration interval)
      : core_((check(interval), detail::make_timer(interval, interval, {}))) {}
  ticker(ticker&&) noexcept = default;
  ticker& operator=(ticker&&) noexcept = default;
  ~ticker() {
    if (core_.get())
      stop();
  }
  receiver<clock::time_point> c() const { return detail::timer_channel(*core_.get()); }
  void stop() noexcept { detail::stop_timer(*core_.get()); }
  void reset(duration interval) {
    check(interval);
    detail::reset_timer(*core_.get(), interval, interval);
  }

private:
  static void check(duration interval) {
    if (interval <= duration::zero())
      detail::throw_bad_interval();
  }
  detail::timer_ref core_;
};

} // namespace runnel
