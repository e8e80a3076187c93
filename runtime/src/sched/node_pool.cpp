// Pooled nodes of 64 and 128 bytes.

#include "sched/node_pool.h"
#include "fiber/sanitizer.h"

#include "runnel/detail/sched.h"
#include "runnel/detail/spin_lock.h"
#include "sched/thread_state.h"

#include <mutex>
#include <new>
#include <utility>

RUNNEL_OWN_DATA_BEGIN

namespace runnel::detail {

namespace {

struct depot {
  spin_lock lock;
  free_node_list::node* magazines = nullptr;
};
constinit depot depots[2];

// Carves a magazine. The chunk is never given back; its nodes circulate.
void carve(free_node_list& into, std::size_t size) {
  auto* chunk =
      static_cast<std::byte*>(::operator new(size * node_cache::magazine, std::align_val_t{64}));
  for (std::uint32_t i = node_cache::magazine; i-- > 0;) {
    auto* n = reinterpret_cast<free_node_list::node*>(chunk + i * size);
    n->next = into.head;
    into.head = n;
  }
  into.size = node_cache::magazine;
}

void to_depot(free_node_list& list, int size_index) noexcept {
  if (!list.head)
    return;
  depot& d = depots[size_index];
  std::lock_guard hold(d.lock);
  list.head->next_magazine = d.magazines;
  d.magazines = list.head;
  list = {};
}

} // namespace

void* refill_nodes(node_cache::pair& cache, int size_index) {
  if (cache.spare.head) {
    std::swap(cache.current, cache.spare);
  } else {
    depot& d = depots[size_index];
    {
      std::lock_guard hold(d.lock);
      if ((cache.current.head = d.magazines) != nullptr)
        d.magazines = d.magazines->next_magazine;
    }
    if (!cache.current.head)
      carve(cache.current, node_sizes[size_index]);
    else // a thread's last magazine may be short; what counts is when it is full
      cache.current.size = node_cache::magazine;
  }
  auto* n = cache.current.head;
  cache.current.head = n->next;
  --cache.current.size;
  return n;
}

void return_nodes(node_cache::pair& cache, int size_index) noexcept {
  to_depot(cache.spare, size_index);
  cache.spare = cache.current;
  cache.current = {};
}

void empty_cache(node_cache& cache) noexcept {
  for (int i = 0; i < 2; ++i) {
    to_depot(cache.of[i].current, i);
    to_depot(cache.of[i].spare, i);
  }
}

void* allocate_node(std::size_t bytes) {
  if constexpr (pools) {
    if (bytes <= node_sizes[1]) {
      int i = bytes > node_sizes[0];
      auto& cache = this_thread().nodes.of[i];
      if (auto* n = cache.current.head) {
        cache.current.head = n->next;
        --cache.current.size;
        return n;
      }
      return refill_nodes(cache, i);
    }
  }
  return ::operator new(bytes);
}

void free_node(void* node, std::size_t bytes) noexcept {
  if constexpr (pools) {
    if (bytes <= node_sizes[1]) {
      int i = bytes > node_sizes[0];
      auto& cache = this_thread().nodes.of[i];
      if (cache.current.size >= node_cache::magazine)
        return_nodes(cache, i);
      auto* n = static_cast<free_node_list::node*>(node);
      n->next = cache.current.head;
      cache.current.head = n;
      ++cache.current.size;
      return;
    }
  }
  ::operator delete(node);
}

} // namespace runnel::detail

RUNNEL_OWN_DATA_END
