// The model checker's side of the seam in runnel/detail/shim.h: what the runtime's protocols use
// when they are compiled with RUNNEL_MODEL.
#pragma once

#include "checker/plain.h"
#include "checker/sync.h"

namespace runnel::model {

/// Both halves of the asymmetric fence, as what they amount to together.
inline void light_fence(source at = source::current()) { fence(std::memory_order_seq_cst, at); }
inline void heavy_fence(source at = source::current()) { fence(std::memory_order_seq_cst, at); }
inline bool heavy_fence_works() noexcept { return true; }

inline void spin_hint(unsigned, source at = source::current()) { yield(at); }

inline void wait_on(atomic<std::uint32_t>& word, std::uint32_t old, source at = source::current()) {
  engine::active()->futex_wait(word.part(), atomic<std::uint32_t>::pack(old), false, at);
}
/// Time may be up at any moment.
inline void wait_on_for(atomic<std::uint32_t>& word, std::uint32_t old, std::int64_t,
                        source at = source::current()) {
  engine::active()->futex_wait(word.part(), atomic<std::uint32_t>::pack(old), true, at);
}
inline void wake_one(atomic<std::uint32_t>& word, source at = source::current()) {
  engine::active()->futex_wake(word.part(), 1, at);
}
inline void wake_all(atomic<std::uint32_t>& word, source at = source::current()) {
  engine::active()->futex_wake(word.part(), ~0u, at);
}

} // namespace runnel::model
