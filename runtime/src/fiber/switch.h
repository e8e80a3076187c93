// The context switch: leave one stack, go on on another.
//
// Callee-saved registers only; a switch is an ordinary call to the compiler. Implementations are
// sibling files, one an architecture: switch_x86_64.cpp, switch_aarch64.cpp, switch_boost.cpp.
// Guarded by test/runtime/unit/switch_test.cpp (also under qemu-user for aarch64).
//
// 1. The saved context of a parked stack is at its `sp`; nothing else is kept anywhere.
// 2. What the leaving side passes (`run`, `arg`) arrives on the other side in registers. The other
//    side runs it first: it is what makes the stack that was left visible to others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace runnel::detail {

using after_switch = void (*)(void*) noexcept;

struct arrival {
  after_switch run;
  void* arg;
};

/// Where a new stack begins: what the first switch to it passed, and its own argument.
using stack_entry = void (*)(void* self, after_switch run, void* arg);

extern "C" {
/// Saves the caller's context in *save and goes on at `to`. Returns when somebody switches back.
arrival runnel_switch(void** save, void* to, after_switch run, void* arg) noexcept;
/// Calls visit(arg) on the parked stack `sp`, below its saved context and with unwind information
/// that leads into it, then comes back; the parked stack is as it was. For stack traces.
void runnel_probe(void* sp, void (*visit)(void*), void* arg);
}

/// Lays the first context onto a new stack that ends at `top`; what to switch to.
void* prepare_stack(void* top, stack_entry entry, void* self) noexcept;

} // namespace runnel::detail
