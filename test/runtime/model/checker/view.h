// What a model thread knows: a vector clock (for data races) and, per atomic location, the oldest
// store it may still read (for coherence). Guarded by litmus_test.cpp.
//
// A view only grows. Joining two views takes the larger of each component. Views live in a bump
// arena that one execution owns, so copying one is a memcpy and nothing is freed singly.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace runnel::model {

inline constexpr unsigned max_threads = 6;

/// A store's place in its location's modification order. Later stores have larger stamps; gaps are
/// left so that a store can be placed between two others.
using stamp = std::uint64_t;
inline constexpr stamp stamp_gap = stamp{1} << 32;

/// Memory for one execution. reset() keeps the chunks.
class arena {
public:
  void* take(std::size_t bytes) {
    bytes = (bytes + 15) & ~std::size_t{15};
    while (chunk_ < chunks_.size()) {
      if (used_ + bytes <= chunks_[chunk_].size) {
        void* p = chunks_[chunk_].bytes.get() + used_;
        used_ += bytes;
        return p;
      }
      ++chunk_;
      used_ = 0;
    }
    const std::size_t size = bytes > chunk_size ? bytes : chunk_size;
    chunks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    used_ = bytes;
    return chunks_.back().bytes.get();
  }
  void reset() noexcept { chunk_ = used_ = 0; }
  bool owns(const void* p) const noexcept {
    for (const auto& c : chunks_)
      if (p >= c.bytes.get() && p < c.bytes.get() + c.size)
        return true;
    return false;
  }

private:
  static constexpr std::size_t chunk_size = 256 * 1024;
  struct piece {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::vector<piece> chunks_;
  std::size_t chunk_ = 0, used_ = 0;
};

struct view {
  std::array<std::uint32_t, max_threads> clock{};
  stamp* floor = nullptr; ///< indexed by location
  std::uint32_t floors = 0;

  stamp at(std::uint32_t loc) const noexcept { return loc < floors ? floor[loc] : 0; }

  void raise(std::uint32_t loc, stamp s, arena& a) {
    if (loc >= floors)
      grow(loc + 1, a);
    if (floor[loc] < s)
      floor[loc] = s;
  }

  void join(const view& other, arena& a) {
    for (unsigned i = 0; i < max_threads; ++i)
      if (clock[i] < other.clock[i])
        clock[i] = other.clock[i];
    join_floors(other, a);
  }

  /// Coherence without happens-before: what a seq_cst fence passes on.
  void join_floors(const view& other, arena& a) {
    if (other.floors > floors)
      grow(other.floors, a);
    for (std::uint32_t i = 0; i < other.floors; ++i)
      if (floor[i] < other.floor[i])
        floor[i] = other.floor[i];
  }

  view copy(arena& a) const {
    view v = *this;
    if (floors) {
      v.floor = static_cast<stamp*>(a.take(floors * sizeof(stamp)));
      std::memcpy(v.floor, floor, floors * sizeof(stamp));
    }
    return v;
  }

private:
  void grow(std::uint32_t n, arena& a) {
    auto* wider = static_cast<stamp*>(a.take(n * sizeof(stamp)));
    if (floors)
      std::memcpy(wider, floor, floors * sizeof(stamp));
    std::memset(wider + floors, 0, (n - floors) * sizeof(stamp));
    floor = wider;
    floors = n;
  }
};

} // namespace runnel::model
