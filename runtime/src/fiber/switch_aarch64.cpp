// The context switch for aarch64, AAPCS64.
//
// A saved context, from sp upwards: x29 x30, x19..x28, d8..d15; 160 bytes. FPCR is the thread's.
#if defined(__aarch64__)

#include "fiber/switch.h"

asm(R"(
        .text
        .p2align 5
        .globl runnel_switch
        .type runnel_switch, %function
runnel_switch:
        .cfi_startproc
        hint #34
        stp x29, x30, [sp, #-160]!
        .cfi_def_cfa_offset 160
        .cfi_offset x29, -160
        .cfi_offset x30, -152
        stp x19, x20, [sp, #16]
        .cfi_offset x19, -144
        .cfi_offset x20, -136
        stp x21, x22, [sp, #32]
        .cfi_offset x21, -128
        .cfi_offset x22, -120
        stp x23, x24, [sp, #48]
        .cfi_offset x23, -112
        .cfi_offset x24, -104
        stp x25, x26, [sp, #64]
        .cfi_offset x25, -96
        .cfi_offset x26, -88
        stp x27, x28, [sp, #80]
        .cfi_offset x27, -80
        .cfi_offset x28, -72
        stp d8, d9, [sp, #96]
        stp d10, d11, [sp, #112]
        stp d12, d13, [sp, #128]
        stp d14, d15, [sp, #144]
        mov x9, sp
        str x9, [x0]
        mov sp, x1
        mov x0, x2
        mov x1, x3
        ldp x19, x20, [sp, #16]
        ldp x21, x22, [sp, #32]
        ldp x23, x24, [sp, #48]
        ldp x25, x26, [sp, #64]
        ldp x27, x28, [sp, #80]
        ldp d8, d9, [sp, #96]
        ldp d10, d11, [sp, #112]
        ldp d12, d13, [sp, #128]
        ldp d14, d15, [sp, #144]
        ldp x29, x30, [sp], #160
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        ret
        .cfi_endproc
        .size runnel_switch, .-runnel_switch

        .p2align 4
        .globl runnel_stack_start
        .hidden runnel_stack_start
        .type runnel_stack_start, %function
runnel_stack_start:
        .cfi_startproc
        .cfi_undefined x30
        hint #36
        mov x2, x1
        mov x1, x0
        mov x0, x19
        mov x30, xzr
        blr x20
        brk #1
        .cfi_endproc
        .size runnel_stack_start, .-runnel_stack_start

        .p2align 4
        .globl runnel_probe
        .type runnel_probe, %function
runnel_probe:
        .cfi_startproc
        hint #34
        stp x29, x30, [sp, #-32]!
        .cfi_def_cfa_offset 32
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        stp x19, x20, [sp, #16]
        .cfi_offset x19, -16
        .cfi_offset x20, -8
        mov x20, sp
        mov x19, x0
        .cfi_remember_state
        // From here the caller, to an unwinder, is the parked stack.
        .cfi_def_cfa x19, 160
        .cfi_offset x29, -160
        .cfi_offset x30, -152
        .cfi_offset x19, -144
        .cfi_offset x20, -136
        .cfi_offset x21, -128
        .cfi_offset x22, -120
        .cfi_offset x23, -112
        .cfi_offset x24, -104
        .cfi_offset x25, -96
        .cfi_offset x26, -88
        .cfi_offset x27, -80
        .cfi_offset x28, -72
        mov sp, x0
        mov x0, x2
        blr x1
        mov sp, x20
        .cfi_restore_state
        ldp x19, x20, [sp, #16]
        ldp x29, x30, [sp], #32
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        .cfi_restore x19
        .cfi_restore x20
        ret
        .cfi_endproc
        .size runnel_probe, .-runnel_probe
)");

extern "C" void runnel_stack_start();

namespace runnel::detail {

void* prepare_stack(void* top, stack_entry entry, void* self) noexcept {
  auto end = reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15};
  auto* context = reinterpret_cast<std::uintptr_t*>(end - 16) - 20;
  for (int i = 0; i < 20; ++i)
    context[i] = 0;
  context[1] = reinterpret_cast<std::uintptr_t>(&runnel_stack_start); // x30
  context[2] = reinterpret_cast<std::uintptr_t>(self);                // x19
  context[3] = reinterpret_cast<std::uintptr_t>(entry);               // x20
  return context;
}

} // namespace runnel::detail

#endif
