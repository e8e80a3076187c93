// What the runtime throws, and the error codes of contexts.
#pragma once

#include <stdexcept>
#include <system_error>

namespace runnel {

/// A channel was used against its protocol. Programming errors, as panics are in Go. Everything
/// else that can go wrong is a return value, or std::bad_alloc from what allocates: channels,
/// goroutines, timers, contexts.
struct channel_error : std::logic_error {
  using std::logic_error::logic_error;
};
/// A send on a channel that is closed, or closes while the sender waits, or has no receiver left.
struct send_on_closed : channel_error {
  send_on_closed() : channel_error("runnel: send on closed channel") {}
};
struct close_of_closed : channel_error {
  close_of_closed() : channel_error("runnel: close of closed channel") {}
};
struct close_of_nil : channel_error {
  close_of_nil() : channel_error("runnel: close of nil channel") {}
};
/// A lock, wait group or barrier was used against its protocol.
struct sync_error : std::logic_error {
  using std::logic_error::logic_error;
};

/// Why a context ended. Compares with std::errc::operation_canceled and std::errc::timed_out too.
enum class errc { canceled = 1, deadline_exceeded = 2 };
const std::error_category& context_category() noexcept;
inline std::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), context_category()};
}

namespace detail {
// Out of line, so that the fast paths which can throw stay small.
[[noreturn]] void throw_send_on_closed();
[[noreturn]] void throw_close_of_closed();
[[noreturn]] void throw_close_of_nil();
[[noreturn]] void throw_sync_error(const char* what);
} // namespace detail
} // namespace runnel

template <> struct std::is_error_code_enum<runnel::errc> : std::true_type {};
