// Stacks: slabs of address space, guard pages, reuse, trimming.

#include "fiber/stack_pool.h"
#include "fiber/sanitizer.h"
#include "fiber/valgrind.h"
#include "runnel/annotations.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <mutex>
#include <new>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

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

fiber* stack_pool::pop_warm(std::uint32_t size_class) noexcept {
  stack_list& list = free_[size_class];
  fiber* f = with_tsan ? list.pop_oldest() : list.pop();
  if (f) {
    low_water_[size_class] = std::min(low_water_[size_class], list.size);
    free_count_.fetch_sub(1, std::memory_order_relaxed);
  }
  return f;
}

fiber* stack_pool::take(std::uint32_t size_class) noexcept {
  {
    std::lock_guard hold(lock_);
    // ThreadSanitizer sees one stack's reuse as an edge between the goroutines, which would hide
    // races between them; a long queue of resting stacks makes that edge an old one.
    if (!with_tsan || free_[size_class].size > 2048) {
      if (fiber* f = pop_warm(size_class)) {
#if RUNNEL_TSAN
        __tsan_acquire(f->slot);
#endif
        return f;
      }
    }
    if (fiber* f = revive(size_class))
      return f;
  }
  return make(size_class);
}

void stack_pool::refill(stack_list& list, std::uint32_t size_class) noexcept {
  if (free_count_.load(std::memory_order_relaxed) == 0)
    return;
  std::lock_guard hold(lock_);
  for (int i = 0; i < 32; ++i) {
    fiber* f = pop_warm(size_class);
    if (!f)
      return;
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
  std::size_t slots = stack_memory::slab_bytes > slot ? stack_memory::slab_bytes / slot : 1;
  std::byte* base = stack_memory::map(slots * slot);
  while (!base && slots > 1) // a limit on address space: make do with less
    base = stack_memory::map((slots /= 2) * slot);
  if (!base)
    return nullptr;
  auto* s = new (std::nothrow) slab;
  if (!s) {
    stack_memory::unmap(base, slots * slot);
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

RUNNEL_ALLOW("scope-blocking-call", "once, on an older kernel, a file that is in memory")
fiber* stack_pool::make(std::uint32_t size_class) noexcept {
  fiber* f;
  {
    std::lock_guard hold(lock_);
    slab* s = newest_[size_class];
    if (!s || s->used.load(std::memory_order_relaxed) == s->slots)
      s = grow(size_class);
    if (!s)
      return nullptr;
    std::uint32_t index = s->used.load(std::memory_order_relaxed);
    f = lay_out(*s, index, guard(*s, index));
    s->used.store(index + 1, std::memory_order_release);
  }
  made_.fetch_add(1, std::memory_order_relaxed);
  valgrind::add_stack(f->slot, f->slot + size_of(size_class));
#if RUNNEL_ASAN
  // What only parked goroutines hold is not leaked. Without the guard page: it cannot be read.
  __lsan_register_root_region(f->slot + stack_memory::page(),
                              size_of(size_class) - stack_memory::page());
#endif
  return f;
}

fiber* stack_pool::lay_out(slab& s, std::uint32_t index, bool guarded) noexcept {
  auto* f = ::new (static_cast<void*>(at(s, index))) fiber;
  f->slot = s.base + index * size_of(s.size_class);
  f->size_class = s.size_class;
  f->guarded = guarded;
  if (!guarded)
    *reinterpret_cast<std::uint64_t*>(f->slot) = stack_canary;
  return f;
}

fiber* stack_pool::revive(std::uint32_t size_class) noexcept {
  slab* s = with_cold_[size_class];
  if (!s)
    return nullptr;
  std::uint32_t word = 0;
  while (!s->cold[word])
    ++word;
  auto bit = static_cast<std::uint32_t>(std::countr_zero(s->cold[word]));
  const std::uint64_t mask = std::uint64_t{1} << bit;
  s->cold[word] &= ~mask;
  if (--s->cold_count == 0)
    with_cold_[size_class] = s->next_cold;
  free_count_.fetch_sub(1, std::memory_order_relaxed);
  cold_count_.fetch_sub(1, std::memory_order_relaxed);
  return lay_out(*s, word * 64 + bit, !(s->unguarded[word] & mask));
}

bool stack_pool::guard(slab& s, std::uint32_t index) noexcept {
  if (index < s.guarded_to)
    return true;
  const std::size_t size = size_of(s.size_class);
  std::byte* page = s.base + index * size;
  if (guard_level_ == 0) {
    // As many ahead as there are already: a program with few goroutines pays for few.
    std::uint32_t n = std::min(std::max(index, 1U), s.slots - index);
    if (std::uint32_t done = stack_memory::guard_lightly(page, size, n)) {
      s.guarded_to = index + done;
      return true;
    }
    guard_level_ = 1;
  }
  if (guard_level_ == 1) {
    if (mprotect_quota_ == 0)
      mprotect_quota_ = stack_memory::most_mappings() / 4;
    if (mprotected_ < mprotect_quota_ && stack_memory::guard_by_mapping(page)) {
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

void stack_pool::limit_guards(int level, std::uint64_t mprotect_quota) noexcept {
  std::lock_guard hold(lock_);
  guard_level_ = level;
  mprotect_quota_ = mprotect_quota;
}

bool stack_pool::has_free(std::uint32_t size_class) noexcept {
  std::lock_guard hold(lock_);
  return free_[size_class].size != 0 || with_cold_[size_class];
}

std::size_t stack_pool::trim(surplus which, std::size_t most) noexcept {
  if (with_tsan) // its stacks rest for a reason: see take()
    return 0;
  constexpr std::size_t at_once = 256;
  std::size_t done = 0;
  trimming_.store(true, std::memory_order_seq_cst);
  for (std::uint32_t k = 0; k < stack_classes && done < most; ++k) {
    std::size_t left;
    {
      std::lock_guard hold(lock_);
      left = which == surplus::all ? free_[k].size : low_water_[k];
      low_water_[k] = free_[k].size;
    }
    left = std::min(left, most - done);
    while (left != 0) {
      fiber* batch[at_once];
      std::size_t n = 0;
      {
        std::lock_guard hold(lock_);
        while (n < std::min(left, at_once))
          if (fiber* f = pop_warm(k))
            batch[n++] = f;
          else
            break;
      }
      if (n == 0)
        break;
      chill(batch, n);
      left -= n;
      done += n;
    }
  }
  trimming_.store(false, std::memory_order_seq_cst);
  return done;
}

// Nobody else knows these stacks. Neighbours go in one call; the guards between them stay.
void stack_pool::chill(fiber** batch, std::size_t n) noexcept {
  std::sort(batch, batch + n, [](const fiber* a, const fiber* b) { return a->slot < b->slot; });
  for (std::size_t i = 0; i < n;) {
    const std::size_t size = size_of(batch[i]->size_class);
    std::byte* first = batch[i]->slot;
    slab* s = slab_of(first);
    auto from = static_cast<std::uint32_t>(static_cast<std::size_t>(first - s->base) / size);
    std::uint32_t run = 0;
    bits unguarded = {};
    for (; i < n && batch[i]->slot == first + run * size && from + run < s->slots; ++i, ++run)
      if (!batch[i]->guarded)
        unguarded[(from + run) / 64] |= std::uint64_t{1} << ((from + run) % 64);
    stack_memory::forget(first + stack_memory::page(), run * size - stack_memory::page());
    std::lock_guard hold(lock_);
    if (s->cold_count == 0) {
      s->next_cold = with_cold_[s->size_class];
      with_cold_[s->size_class] = s;
    }
    s->cold_count += run;
    for (std::uint32_t slot = from; slot < from + run; ++slot) {
      const std::uint64_t mask = std::uint64_t{1} << (slot % 64);
      s->cold[slot / 64] |= mask;
      s->unguarded[slot / 64] = (s->unguarded[slot / 64] & ~mask) | (unguarded[slot / 64] & mask);
    }
    free_count_.fetch_add(run, std::memory_order_relaxed);
    cold_count_.fetch_add(run, std::memory_order_relaxed);
  }
}

stack_pool::slab* stack_pool::slab_of(const void* address) const noexcept {
  auto p = reinterpret_cast<std::uintptr_t>(address);
  for (slab* s = slabs_.load(std::memory_order_acquire); s; s = s->next) {
    auto base = reinterpret_cast<std::uintptr_t>(s->base);
    if (p >= base && p < base + s->slots * size_of(s->size_class))
      return s;
  }
  return nullptr;
}

fiber* stack_pool::find(const void* address) const noexcept {
  const slab* s = slab_of(address);
  if (!s)
    return nullptr;
  auto index = static_cast<std::uint32_t>(
      static_cast<std::size_t>(static_cast<const std::byte*>(address) - s->base) /
      size_of(s->size_class));
  return index < s->used.load(std::memory_order_acquire) ? at(*s, index) : nullptr;
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
