// Stacks for model threads: 256 KiB each with a guard page, reused from one execution to the next.
#include "fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define RUNNEL_MODEL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNNEL_MODEL_ASAN 1
#endif
#endif
#ifdef RUNNEL_MODEL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace runnel::model {

namespace {
constexpr std::size_t stack_size = 256 * 1024;
}

#if defined(__x86_64__)
extern "C" void runnel_model_switch(void** save_sp, void* load_sp);
__asm__(R"(
.text
.globl runnel_model_switch
.type runnel_model_switch,@function
runnel_model_switch:
  .cfi_startproc
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .cfi_endproc
.size runnel_model_switch,.-runnel_model_switch
)");
#endif

struct fiber::state {
  char* stack = nullptr; ///< lowest usable byte
  std::size_t size = 0;
  void (*entry)(void*) = nullptr;
  void* argument = nullptr;
#if defined(__x86_64__)
  void* inside = nullptr;
  void* outside = nullptr;
#else
  ucontext_t inside;
  ucontext_t outside;
#endif
  // For AddressSanitizer: where enter() was called from.
  const void* outer_stack = nullptr;
  std::size_t outer_size = 0;
  void* inner_fake = nullptr;
};

fiber::fiber() : s_(new state) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* p = mmap(nullptr, stack_size + page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED || mprotect(p, page, PROT_NONE) != 0) {
    std::perror("model fiber stack");
    std::abort();
  }
  s_->stack = static_cast<char*>(p) + page;
  s_->size = stack_size;
}

void* fiber::stack() const noexcept { return s_->stack; }
std::size_t fiber::size() const noexcept { return s_->size; }

fiber::~fiber() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  munmap(s_->stack - page, stack_size + page);
  delete s_;
}

void fiber::trampoline(fiber* self) {
#ifdef RUNNEL_MODEL_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self->s_->outer_stack, &self->s_->outer_size);
#endif
  self->s_->entry(self->s_->argument);
  std::abort(); // entry leaves and is never entered again
}

#if defined(__x86_64__)
extern "C" void runnel_model_start();
__asm__(R"(
.text
.type runnel_model_start,@function
runnel_model_start:
  .cfi_startproc
  .cfi_undefined rip
  endbr64
  movq %r12, %rdi
  callq *%rbx
  ud2
  .cfi_endproc
.size runnel_model_start,.-runnel_model_start
)");
#endif

void fiber::prepare(void (*entry)(void*), void* argument) {
  s_->entry = entry;
  s_->argument = argument;
  s_->inner_fake = nullptr;
#ifdef RUNNEL_MODEL_ASAN
  __asan_unpoison_memory_region(s_->stack, stack_size);
#endif
#if defined(__x86_64__)
  // Popped by the switch: r15 r14 r13 r12 rbx rbp, then the return address.
  auto** top = reinterpret_cast<void**>(s_->stack + stack_size);
  *--top = nullptr; // keeps the stack aligned where the trampoline is called
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&runnel_model_start);
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&fiber::trampoline);
  *--top = this;
  *--top = nullptr;
  *--top = nullptr;
  *--top = nullptr;
  s_->inside = top;
#else
  getcontext(&s_->inside);
  s_->inside.uc_stack.ss_sp = s_->stack;
  s_->inside.uc_stack.ss_size = stack_size;
  s_->inside.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&s_->inside, reinterpret_cast<void (*)()>(+[](unsigned high, unsigned low) {
    trampoline(reinterpret_cast<fiber*>((std::uintptr_t{high} << 32) | low));
  }),
              2, static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
#endif
}

void fiber::enter() {
#ifdef RUNNEL_MODEL_ASAN
  void* outer_fake = nullptr;
  __sanitizer_start_switch_fiber(&outer_fake, s_->stack, stack_size);
#endif
#if defined(__x86_64__)
  runnel_model_switch(&s_->outside, s_->inside);
#else
  swapcontext(&s_->outside, &s_->inside);
#endif
#ifdef RUNNEL_MODEL_ASAN
  __sanitizer_finish_switch_fiber(outer_fake, nullptr, nullptr);
#endif
}

void fiber::leave() {
#ifdef RUNNEL_MODEL_ASAN
  __sanitizer_start_switch_fiber(&s_->inner_fake, s_->outer_stack, s_->outer_size);
#endif
#if defined(__x86_64__)
  runnel_model_switch(&s_->inside, s_->outside);
#else
  swapcontext(&s_->inside, &s_->outside);
#endif
#ifdef RUNNEL_MODEL_ASAN
  __sanitizer_finish_switch_fiber(s_->inner_fake, &s_->outer_stack, &s_->outer_size);
#endif
}

} // namespace runnel::model
