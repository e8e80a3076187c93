// Memory for stacks, from the model's heap: zeroed as the kernel's, and never short.
#include "fiber/stack_memory.h"

#include <cstring>
#include <new>

namespace runnel::detail::stack_memory {

std::size_t page() noexcept { return 4096; }
std::byte* map(std::size_t bytes) noexcept {
  auto* p = static_cast<std::byte*>(::operator new(bytes, std::nothrow));
  if (p)
    std::memset(p, 0, bytes);
  return p;
}
void unmap(std::byte* at, std::size_t) noexcept { ::operator delete(at); }
std::uint32_t guard_lightly(std::byte*, std::size_t, std::uint32_t n) noexcept { return n; }
bool guard_by_mapping(std::byte*) noexcept { return true; }
void forget(std::byte* from, std::size_t bytes) noexcept { std::memset(from, 0, bytes); }
std::uint64_t most_mappings() noexcept { return 65530; }

} // namespace runnel::detail::stack_memory
