// Stacks: slabs of address space, guard pages, reuse.

#include "fiber/stack_pool.h"
#include "fiber/sanitizer.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

namespace {

constexpr int madv_guard_install = 102; // MADV_GUARD_INSTALL, newer than glibc's headers
constexpr std::size_t slab_bytes = std::size_t{64} << 20;
constexpr std::uint64_t canary = 0x52554e4e454c2121;

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::uint64_t read_max_map_count() noexcept {
  std::uint64_t count = 65530;
  if (std::FILE* f = std::fopen("/proc/sys/vm/max_map_count", "re")) {
    unsigned long long n;
    if (std::fscanf(f, "%llu", &n) == 1)
      count = n;
    std::fclose(f);
  }
  return count;
}

std::byte* map(std::size_t bytes) noexcept {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (p == MAP_FAILED)
    return nullptr;
  madvise(p, bytes, MADV_NOHUGEPAGE); // a huge page would make every parked goroutine cost 2 MiB
  return static_cast<std::byte*>(p);
}

} // namespace

// Never destroyed: goroutines may still run while static objects are.
stack_pool& stacks() noexcept {
  alignas(stack_pool) static std::byte memory[sizeof(stack_pool)];
  static auto* pool = ::new (memory) stack_pool;
  return *pool;
}

std::uint32_t stack_pool::class_of(std::size_t bytes) noexcept {
  std::uint32_t k = 0;
  while (k + 1 < stack_classes && size_of(k) < bytes)
    ++k;
  return k;
}

fiber* stack_pool::at(const slab& s, std::uint32_t index) noexcept {
  std::size_t size = size_of(s.size_class);
  std::byte* end = s.base + (index + 1) * size;
  std::size_t colour = index % 16 * 64;
  return reinterpret_cast<fiber*>(end - colour - (sizeof(fiber) + 63) / 64 * 64);
}

fiber* stack_pool::take(std::uint32_t size_class) noexcept {
  {
    std::lock_guard hold(lock_);
    // ThreadSanitizer sees one stack's reuse as an edge between the goroutines, which would hide
    // races between them; a long queue of resting stacks makes that edge an old one.
    if (!with_tsan || free_[size_class].size > 2048) {
      if (fiber* f = with_tsan ? free_[size_class].pop_oldest() : free_[size_class].pop()) {
        free_count_.fetch_sub(1, std::memory_order_relaxed);
#if RUNNEL_TSAN
        __tsan_acquire(f->slot);
#endif
        return f;
      }
    }
  }
  return make(size_class);
}

void stack_pool::refill(stack_list& list, std::uint32_t size_class) noexcept {
  if (free_count_.load(std::memory_order_relaxed) == 0)
    return;
  std::lock_guard hold(lock_);
  for (int i = 0; i < 32; ++i) {
    fiber* f = free_[size_class].pop();
    if (!f)
      return;
    free_count_.fetch_sub(1, std::memory_order_relaxed);
    list.push(f);
  }
}

void stack_pool::give(fiber* f) noexcept {
#if RUNNEL_TSAN
  __tsan_release(f->slot);
#endif
  std::lock_guard hold(lock_);
  free_[f->size_class].push(f);
  free_count_.fetch_add(1, std::memory_order_relaxed);
}

void stack_pool::give(stack_list& list, std::uint32_t keep, std::uint32_t size_class) noexcept {
  std::lock_guard hold(lock_);
  while (list.size > keep) {
    free_[size_class].push(list.pop());
    free_count_.fetch_add(1, std::memory_order_relaxed);
  }
}

stack_pool::slab* stack_pool::grow(std::uint32_t size_class) noexcept {
  std::size_t slot = size_of(size_class);
  std::size_t slots = slab_bytes > slot ? slab_bytes / slot : 1;
  std::byte* base = map(slots * slot);
  while (!base && slots > 1) // a limit on address space: make do with less
    base = map((slots /= 2) * slot);
  if (!base)
    return nullptr;
  auto* s = new (std::nothrow) slab;
  if (!s) {
    munmap(base, slots * slot);
    return nullptr;
  }
  s->base = base;
  s->size_class = size_class;
  s->slots = static_cast<std::uint32_t>(slots);
  s->next = slabs_.load(std::memory_order_relaxed);
  slabs_.store(s, std::memory_order_release);
  newest_[size_class] = s;
  return s;
}

fiber* stack_pool::make(std::uint32_t size_class) noexcept {
  std::byte* base;
  fiber* f;
  bool guarded;
  {
    std::lock_guard hold(lock_);
    slab* s = newest_[size_class];
    if (!s || s->used.load(std::memory_order_relaxed) == s->slots)
      s = grow(size_class);
    if (!s)
      return nullptr;
    std::uint32_t index = s->used.load(std::memory_order_relaxed);
    base = s->base + index * size_of(size_class);
    f = at(*s, index);
    guarded = guard(base);
    f = ::new (static_cast<void*>(f)) fiber;
    f->slot = base;
    f->size_class = size_class;
    f->guarded = guarded;
    s->used.store(index + 1, std::memory_order_release);
  }
  made_.fetch_add(1, std::memory_order_relaxed);
#if RUNNEL_ASAN
  // What only parked goroutines hold is not leaked. Without the guard page: it cannot be read.
  __lsan_register_root_region(base + page_size(), size_of(size_class) - page_size());
#endif
  if (!guarded)
    *reinterpret_cast<std::uint64_t*>(base) = canary;
  return f;
}

bool stack_pool::guard(std::byte* page) noexcept {
  if (guard_level_ == 0) {
    if (madvise(page, page_size(), madv_guard_install) == 0)
      return true;
    guard_level_ = 1;
  }
  if (guard_level_ == 1) {
    if (mprotect_quota_ == 0)
      mprotect_quota_ = read_max_map_count() / 4;
    if (mprotected_ < mprotect_quota_ && mprotect(page, page_size(), PROT_NONE) == 0) {
      ++mprotected_;
      return true;
    }
    guard_level_ = 2;
    std::fputs(
        "runnel: warning: no guard pages left for new stacks (vm.max_map_count); an overflow "
        "of one is found late or not at all\n",
        stderr);
  }
  unguarded_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void stack_pool::trim() noexcept {
  for (std::uint32_t k = 0; k < stack_classes; ++k) {
    stack_list all;
    {
      std::lock_guard hold(lock_);
      std::swap(all, free_[k]);
      free_count_.fetch_sub(all.size, std::memory_order_relaxed);
    }
    if (!all.size)
      continue;
    stack_list trimmed;
    while (fiber* f = all.pop()) {
      auto top = reinterpret_cast<std::uintptr_t>(f) & ~(page_size() - 1);
      std::byte* bottom = f->slot + page_size();
      madvise(bottom, top - reinterpret_cast<std::uintptr_t>(bottom), MADV_DONTNEED);
      trimmed.push(f);
    }
    std::lock_guard hold(lock_);
    while (fiber* f = trimmed.pop()) {
      free_[k].push(f);
      free_count_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

fiber* stack_pool::find(const void* address) const noexcept {
  auto p = reinterpret_cast<std::uintptr_t>(address);
  for (const slab* s = slabs_.load(std::memory_order_acquire); s; s = s->next) {
    auto base = reinterpret_cast<std::uintptr_t>(s->base);
    std::size_t size = size_of(s->size_class);
    if (p < base || p >= base + s->slots * size)
      continue;
    auto index = static_cast<std::uint32_t>((p - base) / size);
    return index < s->used.load(std::memory_order_acquire) ? at(*s, index) : nullptr;
  }
  return nullptr;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
