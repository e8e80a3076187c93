// Replaces the global operator new and delete; outside model code they are malloc and free.
#include "heap.h"
#include "engine.h"
#include "shadow.h"

#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace runnel::model::model_heap {

thread_local bool in_use = false;

namespace {
constexpr std::size_t room = std::size_t{16} << 20; // reserved, not committed
constexpr std::uint64_t live_mark = 0x11fe11fe11fe11feULL;
constexpr std::uint64_t dead_mark = 0xdeaddeaddeaddeadULL;

char* base = nullptr;
std::size_t used = 0;
unsigned blocks = 0;

bool owns(const void* p) noexcept { return base && p >= base && p < base + room; }

void* take(std::size_t bytes, std::size_t align) {
  if (!base) {
    void* p = mmap(nullptr, room, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
      std::abort();
    base = static_cast<char*>(p);
    shadow_memory::track(base, room);
  }
  if (align < 16)
    align = 16;
  const std::size_t at = (used + 16 + align - 1) & ~(align - 1); // room for a mark before it
  if (at + bytes > room)
    std::abort();
  used = at + bytes;
  auto* mark = reinterpret_cast<std::uint64_t*>(base + at);
  mark[-1] = live_mark;
  ++blocks;
  mark[-2] = bytes;
  return base + at;
}

void give(void* p) noexcept {
  if (!p)
    return;
  if (!owns(p)) {
    std::free(p);
    return;
  }
  auto& mark = static_cast<std::uint64_t*>(p)[-1];
  const bool wrong = mark != live_mark;
  mark = dead_mark;
  if (!wrong)
    --blocks;
  if (wrong && in_use && engine::active()) {
    engine::active()->fail("an object is deleted twice", engine::active()->last_site());
  }
  shadow_memory::bury(p, static_cast<std::uint64_t*>(p)[-2]);
}

void* give_out(std::size_t bytes, std::size_t align) {
  if (in_use)
    return take(bytes, align);
  void* p = nullptr;
  if (align <= alignof(std::max_align_t))
    p = std::malloc(bytes ? bytes : 1);
  else if (posix_memalign(&p, align, bytes) != 0)
    p = nullptr;
  if (!p)
    throw std::bad_alloc();
  return p;
}
} // namespace

void reset() noexcept {
  used = 0;
  blocks = 0;
}
unsigned live() noexcept { return blocks; }

} // namespace runnel::model::model_heap

using runnel::model::model_heap::give;
using runnel::model::model_heap::give_out;

void* operator new(std::size_t n) { return give_out(n, 1); }
void* operator new[](std::size_t n) { return give_out(n, 1); }
void* operator new(std::size_t n, std::align_val_t a) {
  return give_out(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a) {
  return give_out(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { give(p); }
void operator delete[](void* p) noexcept { give(p); }
void operator delete(void* p, std::size_t) noexcept { give(p); }
void operator delete[](void* p, std::size_t) noexcept { give(p); }
void operator delete(void* p, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, std::align_val_t) noexcept { give(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { give(p); }
