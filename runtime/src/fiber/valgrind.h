// What Valgrind has to be told. A request is a few instructions without effect where there is no
// Valgrind; without its header, when this is built, there are none.
#pragma once

#include <cstddef>

#if !defined(RUNNEL_MODEL) && __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define RUNNEL_VALGRIND 1
#endif

namespace runnel::detail::valgrind {

/// Are we run by it? It does not know the newest system calls.
inline bool runs_us() noexcept {
#ifdef RUNNEL_VALGRIND
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}

/// A stack lies there. Else it takes a switch for one huge frame, and reports whatever is on the
/// other stack.
inline void add_stack([[maybe_unused]] void* from, [[maybe_unused]] void* to) noexcept {
#ifdef RUNNEL_VALGRIND
  static_cast<void>(VALGRIND_STACK_REGISTER(from, to));
#endif
}

/// Read on purpose, whatever it is.
inline void believe([[maybe_unused]] const void* at, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef RUNNEL_VALGRIND
  static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(at, bytes));
#endif
}

} // namespace runnel::detail::valgrind
