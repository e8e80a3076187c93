// The address space that stacks lie in.

#include "fiber/stack_memory.h"

#include "fiber/valgrind.h"

#include <cstdio>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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

namespace {

// The process as process_madvise wants it; negative if there is none. In the child of a fork it is
// the parent's, which the kernel then refuses to guard.
int own_pidfd() noexcept {
  static const int fd = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  return fd;
}

} // namespace

std::uint32_t guard_lightly(std::byte* first, std::size_t stride, std::uint32_t n) noexcept {
  constexpr std::uint32_t most = 32;
  if (n > 1 && !valgrind::runs_us() && own_pidfd() >= 0) {
    iovec pages[most];
    n = n < most ? n : most;
    for (std::uint32_t i = 0; i < n; ++i)
      pages[i] = {first + i * stride, page()};
    long bytes = syscall(SYS_process_madvise, own_pidfd(), pages, n, madv_guard_install, 0);
    if (bytes > 0)
      return static_cast<std::uint32_t>(static_cast<std::size_t>(bytes) / page());
  }
  return madvise(first, page(), madv_guard_install) == 0 ? 1 : 0;
}

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
