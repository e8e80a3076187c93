// The seam between the core protocols and the machine: atomics, fences, spinning, waiting.
//
// Every header that holds a lock-free protocol (spin lock, wait queue, select token, parker, deque,
// run ring, timer heap, stack pool) takes its primitives from here and from nowhere else, so that
// the same source runs in production on std::atomic and under the model checker, which explores its
// interleavings and its weak memory orders. `RUNNEL_MODEL` chooses the latter; "model/shim.h" lies
// in the test tree and gives, in namespace `model`, the names imported below:
//
//   template <class T> class atomic    std::atomic's members as far as the protocols use them,
//                                      with explicit memory orders
//   template <class T> class var       a plain object whose unordered accesses are data races:
//                                      T get() const; void set(T)
//   fence(memory_order)
//   light_fence(), heavy_fence()       the two halves of one fence, see below
//   heavy_fence_works()
//   spin_hint(round)                   a loop cannot go on before somebody else has moved
//   wait_on(word, old)                 returns when the word may have changed
//   wait_on_for(word, old, ns)         the same, or time is up
//   wake_one(word), wake_all(word)
//
// Rejected: fences in place of ordered operations (ThreadSanitizer does not understand them), and a
// template parameter for the atomics (it would spread through every signature of the public API).
#pragma once

#include <atomic>
#include <cstdint>

#ifdef RUNNEL_MODEL
#include "model/shim.h"

namespace runnel::detail {
using model::atomic;
using model::fence;
using model::heavy_fence;
using model::heavy_fence_works;
using model::light_fence;
using model::spin_hint;
using model::var;
using model::wait_on;
using model::wait_on_for;
using model::wake_all;
using model::wake_one;
} // namespace runnel::detail

#else

namespace runnel::detail {

template <class T> using atomic = std::atomic<T>;

/// A plain object. The wrapper exists so that the model checker can see who touches it when.
template <class T> class var {
public:
  constexpr var() noexcept = default;
  constexpr explicit var(T value) noexcept : value_(value) {}
  constexpr T get() const noexcept { return value_; }
  constexpr void set(T value) noexcept { value_ = value; }

private:
  T value_{};
};

/// Where one party passes a light fence and another a heavy one, they are ordered as by two
/// sequentially consistent fences. The light one costs nothing at run time, the heavy one
/// microseconds: the kernel interrupts every CPU that runs a thread of ours.
inline void light_fence() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
void heavy_fence() noexcept;
/// False: this kernel has none, and neither half may be relied on.
bool heavy_fence_works() noexcept;

/// One turn of a spinning loop, the `round`-th: pauses at first, then offers the CPU to others,
/// since the thread that is waited for may have been preempted.
void spin_slowly(unsigned round) noexcept;

inline void spin_hint(unsigned round) noexcept {
  if (round < 32) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");
#endif
  } else {
    spin_slowly(round);
  }
}

/// Sleeps while the word equals `old`. May return early; callers look again.
void wait_on(atomic<std::uint32_t>& word, std::uint32_t old) noexcept;
void wait_on_for(atomic<std::uint32_t>& word, std::uint32_t old, std::int64_t nanoseconds) noexcept;
/// Wake sleepers. The word may already be gone: only its address is used.
void wake_one(atomic<std::uint32_t>& word) noexcept;
void wake_all(atomic<std::uint32_t>& word) noexcept;

} // namespace runnel::detail

#endif
