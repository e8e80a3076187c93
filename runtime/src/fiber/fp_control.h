// The floating-point control words: rounding, exceptions that trap, flushing of denormals.
//
// They are registers of the thread that nearly no program changes. By default they stay with the
// thread: a goroutine that changes them must put them back before it blocks. Built with
// RUNNEL_KEEP_FP_CONTROL (a CMake option) each goroutine keeps its own across switches, and starts
// with those that the thread had which started the scheduler; that costs a few nanoseconds a
// switch, most of it for writing MXCSR and the x87 word.
#pragma once

#include <cstdint>

namespace runnel::detail {

#ifdef RUNNEL_KEEP_FP_CONTROL

class fp_control {
public:
  static fp_control now() noexcept {
    fp_control c;
#if defined(__x86_64__)
    asm volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(c.mxcsr_), "=m"(c.x87_));
#elif defined(__aarch64__)
    asm volatile("mrs %0, fpcr" : "=r"(c.fpcr_));
#endif
    return c;
  }
  void put_back() const noexcept {
#if defined(__x86_64__)
    // The sticky exception flags are in MXCSR too, so they travel along.
    asm volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr_), "m"(x87_));
#elif defined(__aarch64__)
    asm volatile("msr fpcr, %0" : : "r"(fpcr_));
#endif
  }

private:
#if defined(__x86_64__)
  std::uint32_t mxcsr_ = 0x1f80;
  std::uint16_t x87_ = 0x037f;
#elif defined(__aarch64__)
  std::uint64_t fpcr_ = 0;
#endif
};

#else

struct fp_control {
  static fp_control now() noexcept { return {}; }
  void put_back() const noexcept {}
};

#endif

} // namespace runnel::detail
