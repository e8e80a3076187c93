// The address space that stacks lie in: what stack_pool asks the kernel for.
//
// Apart from the pool so that the pool's own protocol runs under the model checker, which gives it
// memory of another kind.
#pragma once

#include <cstddef>
#include <cstdint>

namespace runnel::detail::stack_memory {

#ifdef RUNNEL_MODEL
inline constexpr std::size_t slab_bytes = std::size_t{128} << 10;
#else
inline constexpr std::size_t slab_bytes = std::size_t{64} << 20;
#endif

/// Bytes in a page.
std::size_t page() noexcept;
/// Address space without memory; null if there is none.
std::byte* map(std::size_t bytes) noexcept;
void unmap(std::byte* at, std::size_t bytes) noexcept;
/// Guards that cost no mapping of their own, on n pages that are `stride` apart; on how many of
/// them, from the first. 0: the kernel is older than Linux 6.13. Several in one call cost 0.4 us
/// each where one costs 0.7.
std::uint32_t guard_lightly(std::byte* first, std::size_t stride, std::uint32_t n) noexcept;
/// A guard that splits the mapping.
bool guard_by_mapping(std::byte* page) noexcept;
/// Gives the memory back; the address space stays, guards included, and reads as zeros.
void forget(std::byte* from, std::size_t bytes) noexcept;
/// How many mappings the process may have.
std::uint64_t most_mappings() noexcept;

} // namespace runnel::detail::stack_memory
