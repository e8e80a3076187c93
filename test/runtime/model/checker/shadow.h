// Who touched which plain memory when. Protocols are compiled with the compiler's race
// instrumentation (-fsanitize=thread) but linked with these hooks instead of its runtime, so plain
// fields of unchanged production code are checked for data races and use after free.
//
// Tracked: the model's heap and the stacks of model threads, in words of eight bytes with a mask of
// the bytes touched. For each word and thread the last read and the last write are kept; an older
// access to other bytes of the same word is forgotten (races are missed, never invented).
#pragma once

#include <cstddef>

namespace runnel::model::shadow_memory {

/// Memory to track, once for the life of the process.
void track(void* base, std::size_t bytes);
/// Objects of the checker itself inside tracked memory.
void ignore(const void* p, std::size_t bytes);
/// Ends that: to everybody else it is as if the caller had just written it.
void regard(const void* p, std::size_t bytes);
/// From now on touching it is an error.
void bury(const void* p, std::size_t bytes);

} // namespace runnel::model::shadow_memory
