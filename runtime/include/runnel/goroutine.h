// Goroutines: start them, wait for them, yield, sleep, and leave the scheduler for a blocking call.
//
// The scheduler starts by itself at first use. A goroutine costs a small node until it first runs,
// and a stack (64 KiB of address space, one page of memory) from then until it ends.
#pragma once

#include "runnel/annotations.h"
#include "runnel/clock.h"
#include "runnel/detail/closure.h"
#include "runnel/detail/join_state.h"
#include "runnel/errors.h"

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

namespace runnel {

/// How the scheduler is set up, given to run(). `RUNNEL_PROCS` in the environment wins over the
/// default of `workers`.
struct options {
  unsigned workers = 0; ///< 0: the CPUs this process may use, affinity and cgroup quota included
  std::size_t stack_size = 64 * 1024; ///< of new goroutines; rounded up to a power of two
};

/// A stack of another size, as first argument of go(): `go(stack_size{1 << 20}, f)`.
struct stack_size {
  std::size_t bytes;
};

namespace detail {
std::uint8_t stack_class_of(std::size_t bytes) noexcept;
template <class T>
inline constexpr bool is_stack_size = std::is_same_v<std::remove_cvref_t<T>, stack_size>;
template <class F>
concept body = !is_stack_size<F>;
template <class A>
concept argument = !std::is_same_v<std::remove_cvref_t<A>, std::source_location>;
} // namespace detail

/// Starts a goroutine: `f(args...)`, with f and the arguments copied or moved, as std::thread does;
/// references are explicit, by std::ref. Returns at once. Thread safety: any thread. Cost: tens of
/// nanoseconds. An exception that escapes f ends the process and says whose it was. Throws
/// std::bad_alloc.
template <detail::body F>
void go(F&& f, std::source_location where = std::source_location::current()) {
  detail::go_at(where, 0, std::forward<F>(f));
}
template <detail::body F, detail::argument A>
void go(F&& f, A&& a, std::source_location where = std::source_location::current()) {
  detail::go_at(where, 0, std::forward<F>(f), std::forward<A>(a));
}
template <detail::body F, detail::argument A, detail::argument B>
void go(F&& f, A&& a, B&& b, std::source_location where = std::source_location::current()) {
  detail::go_at(where, 0, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b));
}
// More arguments than three: reports name this line instead of the caller's.
template <detail::body F, detail::argument... A>
  requires(sizeof...(A) > 2)
void go(F&& f, A&&... args) {
  detail::go_at(std::source_location::current(), 0, std::forward<F>(f), std::forward<A>(args)...);
}
/// As above, on a stack of the given size.
template <class F>
void go(stack_size stack, F&& f, std::source_location where = std::source_location::current()) {
  detail::go_at(where, detail::stack_class_of(stack.bytes), std::forward<F>(f));
}

/// A goroutine whose result somebody wants. Move-only; destroying an unjoined handle joins it.
///
///     auto h = runnel::spawn([](int x) { return x * 2; }, 21);
///     assert(h.join() == 42);
///
/// Thread safety: a handle is an ordinary object; done() may be called while the goroutine runs.
template <class R> class join_handle {
public:
  join_handle(join_handle&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  join_handle& operator=(join_handle&& other) noexcept {
    join_handle old(std::move(*this));
    state_ = std::exchange(other.state_, nullptr);
    return *this;
  }
  RUNNEL_BLOCKING ~join_handle() {
    if (state_) {
      state_->wait();
      state_->free();
    }
  }

  /// Waits, then gives the result or rethrows what f threw. Once; a second call throws sync_error.
  RUNNEL_BLOCKING RUNNEL_SUSPENDS R join() {
    if (!state_)
      detail::throw_sync_error("runnel: join of a handle that has no goroutine");
    state_->wait();
    struct owner {
      detail::join_state<R>* state;
      ~owner() { state->free(); }
    } guard{std::exchange(state_, nullptr)};
    return guard.state->take();
  }
  /// True once join() would not block, and for a handle that has no goroutine.
  bool done() const noexcept { return !state_ || state_->done(); }
  /// Lets the goroutine go its way.
  void detach() {
    if (state_)
      std::exchange(state_, nullptr)->detach();
  }

  explicit join_handle(detail::join_state<R>* state) noexcept : state_(state) {}

private:
  detail::join_state<R>* state_;
};

namespace detail {
template <class F, class... A> auto spawn_at(std::source_location where, F&& f, A&&... args) {
  using result = std::invoke_result_t<std::decay_t<F>, std::decay_t<A>...>;
  auto* s = make_node<spawned<result, bound_t<F, A...>>>(where, std::forward<F>(f),
                                                         std::forward<A>(args)...);
  join_handle<result> handle(s);
  start(*s);
  return handle;
}
} // namespace detail

/// As go(), with a handle to wait for the goroutine and its result.
template <detail::body F>
[[nodiscard]] auto spawn(F&& f, std::source_location where = std::source_location::current()) {
  return detail::spawn_at(where, std::forward<F>(f));
}
template <detail::body F, detail::argument A>
[[nodiscard]] auto spawn(F&& f, A&& a,
                         std::source_location where = std::source_location::current()) {
  return detail::spawn_at(where, std::forward<F>(f), std::forward<A>(a));
}
template <detail::body F, detail::argument A, detail::argument B>
[[nodiscard]] auto spawn(F&& f, A&& a, B&& b,
                         std::source_location where = std::source_location::current()) {
  return detail::spawn_at(where, std::forward<F>(f), std::forward<A>(a), std::forward<B>(b));
}
template <detail::body F, detail::argument... A>
  requires(sizeof...(A) > 2)
[[nodiscard]] auto spawn(F&& f, A&&... args) {
  return detail::spawn_at(std::source_location::current(), std::forward<F>(f),
                          std::forward<A>(args)...);
}

/// Lets others run first. On a plain thread: std::this_thread::yield.
RUNNEL_SUSPENDS void yield();
/// Sleep; the caller alone. A time that has passed returns at once.
RUNNEL_BLOCKING RUNNEL_SUSPENDS void sleep_for(duration d);
RUNNEL_BLOCKING RUNNEL_SUSPENDS void sleep_until(clock::time_point t);

namespace detail {
void enter_blocking() noexcept;
void leave_blocking() noexcept;
} // namespace detail

/// Runs a call that blocks its OS thread (a file, a name lookup, a foreign lock); the scheduler
/// gives this worker's other goroutines to another thread meanwhile. Returns or throws what f does.
template <class F> RUNNEL_BLOCKING auto blocking(F&& f) {
  struct scope {
    scope() noexcept { detail::enter_blocking(); }
    ~scope() { detail::leave_blocking(); }
  } inside;
  return std::forward<F>(f)();
}

namespace this_goroutine {
/// Unique in the process, in order of creation; 0 on a plain thread.
std::uint64_t id();
/// For reports; cut to 23 bytes. On a plain thread: nothing.
void set_name(std::string_view name);
} // namespace this_goroutine

namespace detail {
void run_main(join_core& main, const options& o);
}

/// Runs a goroutine as a program's main function and returns its int, or 0 for void. What it throws
/// is rethrown. When it can never finish because every goroutine is asleep, prints
/// "fatal: all goroutines are asleep - deadlock!" and the dump to stderr and exits with status 2.
///
///     int main() {
///       return runnel::run([] { runnel::yield(); return 0; }, {.workers = 2});
///     }
///
/// Goroutines that still run when it returns go on. May be called again, and from several threads;
/// the latest options count.
template <class F>
RUNNEL_BLOCKING int run(F&& main_goroutine, options o = {},
                        std::source_location where = std::source_location::current()) {
  using result = std::invoke_result_t<std::decay_t<F>>;
  static_assert(std::is_void_v<result> || std::is_convertible_v<result, int>,
                "runnel: the main goroutine returns int or nothing");
  auto* s = detail::make_node<detail::spawned<result, detail::bound_t<F>>>(
      where, std::forward<F>(main_goroutine));
  join_handle<result> handle(s);
  detail::run_main(*s, o);
  if constexpr (std::is_void_v<result>) {
    handle.join();
    return 0;
  } else {
    return static_cast<int>(handle.join());
  }
}

} // namespace runnel
