// A cycle counter: tells, for a few nanoseconds, whether it is worth asking the clock.
#pragma once

#include <cstdint>

namespace runnel::detail {

#if defined(__x86_64__)
inline std::uint64_t cycles() noexcept { return __builtin_ia32_rdtsc(); }
/// About ten microseconds on machines of 2 to 5 GHz.
inline std::uint64_t cycles_between_looks() noexcept { return std::uint64_t{1} << 15; }
#elif defined(__aarch64__)
inline std::uint64_t cycles() noexcept {
  std::uint64_t n;
  asm volatile("mrs %0, cntvct_el0" : "=r"(n));
  return n;
}
inline std::uint64_t cycles_between_looks() noexcept {
  std::uint64_t hertz;
  asm("mrs %0, cntfrq_el0" : "=r"(hertz));
  return hertz / 100'000;
}
#else
// No counter: every look asks the clock.
inline std::uint64_t cycles() noexcept {
  static thread_local std::uint64_t n;
  return ++n;
}
inline std::uint64_t cycles_between_looks() noexcept { return 0; }
#endif

} // namespace runnel::detail
