// Pooled nodes of 64 and 128 bytes, for closures, results and small channels.
//
// Each thread has two magazines a size; full ones travel over a depot, since nodes are often taken
// on one worker and freed on another. Sanitized builds go to operator new instead.
#pragma once

#include "fiber/sanitizer.h"

#include <cstddef>
#include <cstdint>

namespace runnel::detail {

struct free_node_list {
  struct node {
    node* next;
    node* next_magazine; ///< of the first node of a magazine in the depot
  };
  node* head = nullptr;
  std::uint32_t size = 0;
};

struct node_cache {
  static constexpr std::uint32_t magazine = 128;
  struct pair {
    free_node_list current, spare;
  } of[2];
};

inline constexpr std::size_t node_sizes[2] = {64, 128};

/// The slow halves: an empty cache, a full one.
void* refill_nodes(node_cache::pair& cache, int size_index);
void return_nodes(node_cache::pair& cache, int size_index) noexcept;
/// A thread ends.
void empty_cache(node_cache& cache) noexcept;

} // namespace runnel::detail
