// Signal handlers for the time of an exploration. A handler cannot leave the fiber itself; it has
// the interrupted code continue in a function that does, on a stack of its own. On other
// architectures than x86-64 a crash ends the test program.
#include "crash.h"
#include "engine.h"

#include <cstdlib>
#include <sys/time.h>
#include <ucontext.h>

namespace runnel::model {

namespace {
alignas(64) char handler_stack[64 * 1024];
alignas(64) char rescue_stack[64 * 1024];
const char* crash_reason = nullptr;
std::uint64_t steps_at_last_tick = 0;
unsigned idle_ticks = 0;

void leave_fiber() {
  if (engine* e = engine::active())
    e->crashed(crash_reason);
  std::abort();
}

void continue_in_rescue(void* context) {
#if defined(__x86_64__)
  auto* uc = static_cast<ucontext_t*>(context);
  uc->uc_mcontext.gregs[REG_RSP] =
      reinterpret_cast<greg_t>(rescue_stack + sizeof rescue_stack - 128 - 8);
  uc->uc_mcontext.gregs[REG_RIP] = reinterpret_cast<greg_t>(&leave_fiber);
#else
  (void)context;
  _exit(134);
#endif
}

void on_crash(int number, siginfo_t*, void* context) {
  if (!engine::active()) {
    signal(number, SIG_DFL);
    raise(number);
    return;
  }
  crash_reason = number == SIGABRT  ? "abort() was called"
                 : number == SIGFPE ? "arithmetic error (SIGFPE)"
                 : number == SIGILL ? "illegal instruction (SIGILL)"
                                    : "wild pointer or stack overflow (SIGSEGV)";
  continue_in_rescue(context);
}

void on_tick(int, siginfo_t*, void* context) {
  engine* e = engine::active();
  if (!e || e->steps() != steps_at_last_tick) {
    steps_at_last_tick = e ? e->steps() : 0;
    idle_ticks = 0;
    return;
  }
  if (++idle_ticks < 3)
    return;
  idle_ticks = 0;
  crash_reason = "endless loop without an operation";
  continue_in_rescue(context);
}

void set_timer(long seconds) {
  itimerval every{};
  every.it_interval.tv_sec = every.it_value.tv_sec = seconds;
  setitimer(ITIMER_VIRTUAL, &every, nullptr);
}
} // namespace

crash_guard::crash_guard(engine&) {
  stack_t s{};
  s.ss_sp = handler_stack;
  s.ss_size = sizeof handler_stack;
  sigaltstack(&s, nullptr);
  struct sigaction act{};
  act.sa_sigaction = on_crash;
  act.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&act.sa_mask);
  sigaction(SIGSEGV, &act, &segv_);
  sigaction(SIGBUS, &act, &bus_);
  sigaction(SIGABRT, &act, &abrt_);
  sigaction(SIGILL, &act, &ill_);
  sigaction(SIGFPE, &act, &fpe_);
  act.sa_sigaction = on_tick;
  sigaction(SIGVTALRM, &act, &tick_);
  set_timer(1);
}

crash_guard::~crash_guard() {
  set_timer(0);
  sigaction(SIGSEGV, &segv_, nullptr);
  sigaction(SIGBUS, &bus_, nullptr);
  sigaction(SIGABRT, &abrt_, nullptr);
  sigaction(SIGILL, &ill_, nullptr);
  sigaction(SIGFPE, &fpe_, nullptr);
  sigaction(SIGVTALRM, &tick_, nullptr);
  stack_t s{};
  s.ss_flags = SS_DISABLE;
  sigaltstack(&s, nullptr);
}

} // namespace runnel::model
