// The address space that stacks lie in.

#include "fiber/stack_memory.h"

#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>

namespace runnel::detail::stack_memory {

namespace {
constexpr int madv_guard_install = 102; // MADV_GUARD_INSTALL, newer than glibc's headers
}

std::size_t page() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::byte* map(std::size_t bytes) noexcept {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (p == MAP_FAILED)
    return nullptr;
  madvise(p, bytes, MADV_NOHUGEPAGE); // a huge page would make every parked goroutine cost 2 MiB
  return static_cast<std::byte*>(p);
}

void unmap(std::byte* at, std::size_t bytes) noexcept { munmap(at, bytes); }

bool guard_lightly(std::byte* p) noexcept { return madvise(p, page(), madv_guard_install) == 0; }

bool guard_by_mapping(std::byte* p) noexcept { return mprotect(p, page(), PROT_NONE) == 0; }

void forget(std::byte* from, std::size_t bytes) noexcept { madvise(from, bytes, MADV_DONTNEED); }

std::uint64_t most_mappings() noexcept {
  std::uint64_t count = 65530;
  if (std::FILE* f = std::fopen("/proc/sys/vm/max_map_count", "re")) {
    unsigned long long n;
    if (std::fscanf(f, "%llu", &n) == 1)
      count = n;
    std::fclose(f);
  }
  return count;
}

} // namespace runnel::detail::stack_memory
