// Shadow words, and the functions that instrumented code calls. Calls from outside of model code
// (the checker, the test framework) return at once.
#include "shadow.h"
#include "engine.h"
#include "heap.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace runnel::model::shadow_memory {

namespace {
struct touch {
  std::uint32_t clock;
  std::uint8_t mask;
};
struct shadow_word {
  std::uint64_t run; ///< of another run: untouched
  touch read[max_threads], write[max_threads];
  bool ignored, buried;
};
struct region {
  std::uintptr_t base, end;
  shadow_word* words;
};
constexpr unsigned max_regions = 16;
region regions[max_regions];
unsigned used = 0;

shadow_word* find(std::uintptr_t a) noexcept {
  for (unsigned i = 0; i < used; ++i)
    if (a >= regions[i].base && a < regions[i].end) {
      shadow_word* w = &regions[i].words[(a - regions[i].base) >> 3];
      if (const std::uint64_t run = engine::active()->run(); w->run != run) {
        std::memset(static_cast<void*>(w), 0, sizeof *w);
        w->run = run;
      }
      return w;
    }
  return nullptr;
}

void touch_word(shadow_word& w, std::uint8_t mask, bool write) noexcept {
  if (w.ignored)
    return;
  engine& e = *engine::active();
  const view& now = e.knowledge();
  const unsigned me = e.self();
  if (w.buried)
    e.fail(write ? "write to freed memory" : "read of freed memory", e.last_site());
  for (unsigned t = 0; t < max_threads; ++t) {
    if (t == me)
      continue;
    if ((w.write[t].mask & mask) && w.write[t].clock > now.clock[t])
      e.fail(std::string("data race: plain ") + (write ? "write" : "read") +
                 " is not ordered after a write by T" + std::to_string(t),
             e.last_site());
    if (write && (w.read[t].mask & mask) && w.read[t].clock > now.clock[t])
      e.fail("data race: plain write is not ordered after a read by T" + std::to_string(t),
             e.last_site());
  }
  touch& mine = write ? w.write[me] : w.read[me];
  if (mine.clock == now.clock[me])
    mine.mask |= mask;
  else
    mine = {now.clock[me], mask};
}

void access(const void* p, std::size_t bytes, bool write) noexcept {
  if (!model_heap::in_use || !engine::active())
    return;
  auto a = reinterpret_cast<std::uintptr_t>(p);
  const std::uintptr_t end = a + bytes;
  while (a < end) {
    const std::uintptr_t next = (a | 7) + 1;
    if (shadow_word* w = find(a)) {
      const unsigned first = a & 7, last = next <= end ? 8u : static_cast<unsigned>(end & 7);
      touch_word(*w, static_cast<std::uint8_t>((0xffu >> (8 - (last - first))) << first), write);
    }
    a = next;
  }
}

template <class F> void each_word(const void* p, std::size_t bytes, F f) {
  if (!engine::active())
    return;
  const auto a = reinterpret_cast<std::uintptr_t>(p);
  for (std::uintptr_t w = a & ~std::uintptr_t{7}; w < a + bytes; w += 8)
    if (shadow_word* s = find(w))
      f(*s);
}
} // namespace

void track(void* base, std::size_t bytes) {
  if (used == max_regions)
    std::abort();
  const std::size_t room = (bytes / 8) * sizeof(shadow_word);
  void* p = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
  if (p == MAP_FAILED)
    std::abort();
  const auto b = reinterpret_cast<std::uintptr_t>(base);
  regions[used++] = {b, b + bytes, static_cast<shadow_word*>(p)};
}

void ignore(const void* p, std::size_t bytes) {
  each_word(p, bytes, [](shadow_word& w) { w.ignored = true; });
}

void regard(const void* p, std::size_t bytes) {
  each_word(p, bytes, [](shadow_word& w) { w.ignored = false; });
  access(p, bytes, true);
}

void bury(const void* p, std::size_t bytes) {
  access(p, bytes, true);
  each_word(p, bytes, [](shadow_word& w) { w.buried = true; });
}

} // namespace runnel::model::shadow_memory

using runnel::model::shadow_memory::access;

namespace {
void meet(const volatile void* p, bool writes) {
  if (runnel::model::model_heap::in_use && runnel::model::engine::active())
    runnel::model::engine::active()->foreign_atomic(p, writes);
}
} // namespace

// The names and signatures are the compilers' (GCC's tsan.cc, LLVM's ThreadSanitizer.cpp).
#define RUNNEL_MODEL_HOOKS(size)                                                                   \
  void __tsan_read##size(void* p) { access(p, size, false); }                                      \
  void __tsan_write##size(void* p) { access(p, size, true); }                                      \
  void __tsan_unaligned_read##size(void* p) { access(p, size, false); }                            \
  void __tsan_unaligned_write##size(void* p) { access(p, size, true); }                            \
  void __tsan_volatile_read##size(void* p) { access(p, size, false); }                             \
  void __tsan_volatile_write##size(void* p) { access(p, size, true); }                             \
  void __tsan_read_write##size(void* p) { access(p, size, true); }                                 \
  void __tsan_unaligned_read_write##size(void* p) { access(p, size, true); }

#define RUNNEL_MODEL_ATOMIC(bits, type)                                                            \
  type __tsan_atomic##bits##_load(const volatile type* p, int) {                                   \
    meet(p, false);                                                                                \
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                                   \
  }                                                                                                \
  void __tsan_atomic##bits##_store(volatile type* p, type v, int) {                                \
    meet(p, true);                                                                                 \
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                      \
  }                                                                                                \
  type __tsan_atomic##bits##_exchange(volatile type* p, type v, int) {                             \
    meet(p, true);                                                                                 \
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                                \
  type __tsan_atomic##bits##_fetch_add(volatile type* p, type v, int) {                            \
    meet(p, true);                                                                                 \
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  type __tsan_atomic##bits##_fetch_sub(volatile type* p, type v, int) {                            \
    meet(p, true);                                                                                 \
    return __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile type* p, type* c, type v, int, int) { \
    meet(p, true);                                                                                 \
    return __atomic_compare_exchange_n(p, c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);        \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile type* p, type* c, type v, int, int) {   \
    meet(p, true);                                                                                 \
    return __atomic_compare_exchange_n(p, c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);        \
  }

extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
RUNNEL_MODEL_HOOKS(1)
RUNNEL_MODEL_HOOKS(2)
RUNNEL_MODEL_HOOKS(4)
RUNNEL_MODEL_HOOKS(8)
RUNNEL_MODEL_HOOKS(16)
void __tsan_read_range(void* p, std::size_t n) { access(p, n, false); }
void __tsan_write_range(void* p, std::size_t n) { access(p, n, true); }
void __tsan_vptr_update(void** p, void*) { access(p, sizeof(void*), true); }
void __tsan_vptr_read(void** p) { access(p, sizeof(void*), false); }
void* __tsan_memcpy(void* to, const void* from, std::size_t n) {
  access(from, n, false);
  access(to, n, true);
  return std::memcpy(to, from, n);
}
void* __tsan_memmove(void* to, const void* from, std::size_t n) {
  access(from, n, false);
  access(to, n, true);
  return std::memmove(to, from, n);
}
void* __tsan_memset(void* to, int v, std::size_t n) {
  access(to, n, true);
  return std::memset(to, v, n);
}
// Atomics that are not the model's own, such as shared_ptr's: no scheduling points, and ordering
// as much as any order could, so that plain data behind them is no false race.
RUNNEL_MODEL_ATOMIC(8, unsigned char)
RUNNEL_MODEL_ATOMIC(16, unsigned short)
RUNNEL_MODEL_ATOMIC(32, unsigned int)
RUNNEL_MODEL_ATOMIC(64, unsigned long)
void __tsan_atomic_thread_fence(int) {}
void __tsan_atomic_signal_fence(int) {}
}
