// Naming the goroutine whose stack overflowed.
#pragma once

namespace runnel::detail {

struct worker;

/// Installs a SIGSEGV handler, unless the program (or a sanitizer) has its own.
void install_overflow_handler() noexcept;
/// Gives the calling worker thread a stack of its own for that handler.
void install_signal_stack() noexcept;

} // namespace runnel::detail
