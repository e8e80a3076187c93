// Naming the goroutine whose stack overflowed. Async-signal-safe: write(2) and nothing else.

#include "fiber/overflow.h"

#include "fiber/stack_pool.h"
#include "sched/worker.h"

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace runnel::detail {

namespace {

struct line {
  char text[512];
  std::size_t size = 0;
  line& operator<<(const char* s) noexcept {
    while (*s && size < sizeof text)
      text[size++] = *s++;
    return *this;
  }
  line& operator<<(std::uint64_t n) noexcept {
    char digits[20];
    int k = 0;
    do
      digits[k++] = static_cast<char>('0' + n % 10);
    while (n /= 10);
    while (k > 0 && size < sizeof text)
      text[size++] = digits[--k];
    return *this;
  }
  void print() const noexcept { [[maybe_unused]] auto n = write(STDERR_FILENO, text, size); }
};

void tell(const fiber& f) noexcept {
  line l;
  l << "runnel: fatal: goroutine " << f.id;
  if (f.name[0])
    l << " \"" << f.name << "\"";
  l << " overflowed its stack of " << stack_pool::size_of(f.size_class) / 1024
    << " KiB; started at " << f.where.file_name() << ":" << std::uint64_t{f.where.line()}
    << "\n  (a larger one: runnel::go(runnel::stack_size{...}, f), or options::stack_size)\n";
  l.print();
}

void on_fault(int signal, siginfo_t* info, void*) {
  // The page below a stack belongs to its slot; a large frame may have jumped further.
  fiber* f = stacks().find(info->si_addr);
  thread_state* t = thread_pointer;
  bool ours = f && t && t->runs && t->runs->current == f;
  if (ours && static_cast<std::byte*>(info->si_addr) < f->slot + 65536)
    tell(*f);
  struct sigaction by_default{};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, nullptr); // the fault happens again, and the core shows where
}

} // namespace

void die_of_overflow(const fiber& f) noexcept {
  tell(f);
  std::abort();
}

void install_overflow_handler() noexcept {
  struct sigaction old{};
  if (sigaction(SIGSEGV, nullptr, &old) != 0 || old.sa_handler != SIG_DFL)
    return;
  struct sigaction mine{};
  mine.sa_sigaction = on_fault;
  mine.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&mine.sa_mask);
  sigaction(SIGSEGV, &mine, nullptr);
}

void install_signal_stack() noexcept {
  constexpr std::size_t size = 32 * 1024;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = size;
  sigaltstack(&stack, nullptr);
}

} // namespace runnel::detail
