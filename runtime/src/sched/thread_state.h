// What the runtime keeps for each OS thread that uses it: workers and foreign threads alike.
//
// Thread states of foreign threads come from a list that is never freed, because whoever wakes a
// thread may still use the address of its parker after it has ended (parker.h, 2).
#pragma once

#include "fiber/fiber.h"
#include "fiber/sanitizer.h"
#include "runnel/detail/sched.h"
#include "sched/node_pool.h"
#include "sched/parker.h"
#include "sched/random.h"

#include <cstdint>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

struct worker;

struct thread_state {
  worker* runs = nullptr; ///< the worker whose loop this thread is in, or a simulation's; else null
  parker sleep;
  node_cache nodes;
  random rng{reinterpret_cast<std::uintptr_t>(this)};
  wait_note note;           ///< of a foreign thread
  std::uint32_t number = 0; ///< of a foreign thread, for reports
  std::atomic<bool> in_use{true};
  thread_state* next = nullptr; ///< all foreign ones
};

extern constinit thread_local thread_state* thread_pointer
    __attribute__((tls_model("initial-exec")));
thread_state& adopt_thread();

/// The calling thread's state. Out of line with a barrier: the compiler may otherwise keep the
/// address of a thread-local across a switch, after which another thread runs the code. (Both gcc
/// 12 and clang 22 merge two calls of even a noinline accessor that lacks the barrier.)
[[gnu::noinline]] thread_state& this_thread();

/// The worker the caller runs on; null on a foreign thread.
inline worker* this_worker() { return this_thread().runs; }

/// All foreign threads that ever used the runtime; `in_use` says which still live.
thread_state* foreign_threads() noexcept;

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
