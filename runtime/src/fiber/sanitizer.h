// Telling the sanitizers about switches of stacks.
//
// AddressSanitizer must know the bounds of the stack it is on, ThreadSanitizer which goroutine
// runs. With ThreadSanitizer switches carry no happens-before edge (flag 1), so a race between two
// goroutines is seen although one worker ran both; what the leaving goroutine did is released to
// the scheduler's own context, which publishes it (`after`), and to nobody else.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define RUNNEL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNNEL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define RUNNEL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RUNNEL_TSAN 1
#endif
#endif
#ifdef RUNNEL_MODEL // borrows ThreadSanitizer's instrumentation for a checker of its own
#undef RUNNEL_TSAN
#endif
#ifndef RUNNEL_ASAN
#define RUNNEL_ASAN 0
#endif
#ifndef RUNNEL_TSAN
#define RUNNEL_TSAN 0
#endif

#include <cstddef>

#if RUNNEL_ASAN
extern "C" {
void __sanitizer_start_switch_fiber(void** fake_stack_save, const void* bottom, std::size_t size);
void __sanitizer_finish_switch_fiber(void* fake_stack_save, const void** bottom_old,
                                     std::size_t* size_old);
void __lsan_register_root_region(const void* p, std::size_t size);
void __lsan_unregister_root_region(const void* p, std::size_t size);
void __asan_unpoison_memory_region(const volatile void* p, std::size_t size);
}
#endif
#if RUNNEL_TSAN
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_acquire(void* addr);
void __tsan_release(void* addr);
}
#endif

// What only one worker's thread touches is touched by all goroutines that run there, and between
// them there is no edge (see above). So the code that works on a worker's own data is not checked
// for races in plain accesses; its atomic operations still count.
#if RUNNEL_TSAN && defined(__clang__)
#define RUNNEL_OWN_DATA_BEGIN                                                                      \
  _Pragma("clang attribute push(__attribute__((no_sanitize(\"thread\"))), apply_to = function)")
#define RUNNEL_OWN_DATA_END _Pragma("clang attribute pop")
#else
#define RUNNEL_OWN_DATA_BEGIN
#define RUNNEL_OWN_DATA_END
#endif

namespace runnel::detail {

inline constexpr bool with_asan = RUNNEL_ASAN != 0;
inline constexpr bool with_tsan = RUNNEL_TSAN != 0;

/// Pools would hide use-after-free and invent races, so sanitized builds go to the system.
inline constexpr bool pools = !with_asan && !with_tsan;

} // namespace runnel::detail
