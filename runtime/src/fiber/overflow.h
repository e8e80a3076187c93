// Naming the goroutine whose stack overflowed.
#pragma once

namespace runnel::detail {

struct fiber;

/// Installs a SIGSEGV handler, unless the program (or a sanitizer) has its own.
void install_overflow_handler() noexcept;
/// Gives the calling worker thread a stack of its own for that handler.
void install_signal_stack() noexcept;

/// An unguarded stack's canary is gone: says whose it was and aborts.
[[noreturn]] void die_of_overflow(const fiber& f) noexcept;

} // namespace runnel::detail
