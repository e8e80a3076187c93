// The context switch for x86-64, System V ABI.
//
// A saved context, from sp upwards: r15 r14 r13 r12 rbx rbp, return address. Both stacks look alike
// around the middle of runnel_switch, so one set of CFI describes all of it, and gdb unwinds a
// parked stack once it is given sp. MXCSR and the x87 control word are the thread's, as in most
// runtimes: goroutines that change rounding modes must do so between blocking operations.
#if defined(__x86_64__)

#include "fiber/switch.h"

// `ret`, not an indirect jump: nearly all stacks were left through the same few calls, so what the
// return-stack predictor holds for the one that is left is right for the one that is entered. A
// jump leaves one entry too many, and every return on the way out is then mispredicted: 97 ns
// instead of 62 for a round trip between two goroutines, 28 instead of 15 for a yield.
asm(R"(
        .text
        .p2align 5
        .globl runnel_switch
        .type runnel_switch, @function
runnel_switch:
        .cfi_startproc
        endbr64
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        pushq %rbx
        .cfi_def_cfa_offset 24
        .cfi_offset %rbx, -24
        pushq %r12
        .cfi_def_cfa_offset 32
        .cfi_offset %r12, -32
        pushq %r13
        .cfi_def_cfa_offset 40
        .cfi_offset %r13, -40
        pushq %r14
        .cfi_def_cfa_offset 48
        .cfi_offset %r14, -48
        pushq %r15
        .cfi_def_cfa_offset 56
        .cfi_offset %r15, -56
        movq %rsp, (%rdi)
        movq %rsi, %rsp
        movq %rdx, %rax
        movq %rcx, %rdx
        popq %r15
        .cfi_def_cfa_offset 48
        .cfi_restore %r15
        popq %r14
        .cfi_def_cfa_offset 40
        .cfi_restore %r14
        popq %r13
        .cfi_def_cfa_offset 32
        .cfi_restore %r13
        popq %r12
        .cfi_def_cfa_offset 24
        .cfi_restore %r12
        popq %rbx
        .cfi_def_cfa_offset 16
        .cfi_restore %rbx
        popq %rbp
        .cfi_def_cfa_offset 8
        .cfi_restore %rbp
        retq
        .cfi_endproc
        .size runnel_switch, .-runnel_switch

        .p2align 4
        .type runnel_stack_start, @function
        .hidden runnel_stack_start
        .globl runnel_stack_start
runnel_stack_start:
        .cfi_startproc
        .cfi_undefined %rip
        endbr64
        movq %rbx, %rdi
        movq %rax, %rsi
        callq *%r12
        ud2
        .cfi_endproc
        .size runnel_stack_start, .-runnel_stack_start

        .p2align 4
        .globl runnel_probe
        .type runnel_probe, @function
runnel_probe:
        .cfi_startproc
        endbr64
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        pushq %rbx
        .cfi_def_cfa_offset 24
        .cfi_offset %rbx, -24
        movq %rsp, %rbp
        .cfi_remember_state
        # From here the caller, to an unwinder, is the parked stack. Below its context there are 128
        # bytes that a leaf might have used.
        movq %rdi, %rbx
        .cfi_def_cfa %rbx, 56
        .cfi_offset %rip, -8
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        leaq -128(%rdi), %rsp
        andq $-16, %rsp
        movq %rdx, %rdi
        callq *%rsi
        movq %rbp, %rsp
        .cfi_restore_state
        popq %rbx
        .cfi_def_cfa_offset 16
        .cfi_restore %rbx
        popq %rbp
        .cfi_def_cfa_offset 8
        .cfi_restore %rbp
        retq
        .cfi_endproc
        .size runnel_probe, .-runnel_probe
)");

extern "C" void runnel_stack_start();

namespace runnel::detail {

void* prepare_stack(void* top, stack_entry entry, void* self) noexcept {
  auto end = reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15};
  auto* context = reinterpret_cast<std::uintptr_t*>(end - 16) - 7;
  context[0] = 0;                                       // r15
  context[1] = 0;                                       // r14
  context[2] = 0;                                       // r13
  context[3] = reinterpret_cast<std::uintptr_t>(entry); // r12
  context[4] = reinterpret_cast<std::uintptr_t>(self);  // rbx
  context[5] = 0;                                       // rbp: the end of frame-pointer walks
  context[6] = reinterpret_cast<std::uintptr_t>(&runnel_stack_start);
  return context;
}

} // namespace runnel::detail

#endif
