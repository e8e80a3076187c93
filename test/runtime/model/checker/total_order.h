// S, the single total order of seq_cst operations and fences, as C++20 defines it ([atomics.order],
// P0668): the checker does not build S but the edges that it must respect, and discards executions
// in which they form a cycle. So S may contradict the order of execution, as it may on machines.
//
// Edges, for seq_cst accesses A, B and fences X, Y ("before" is coherence order on one location:
// a store before its readers, a reader before the next store):
//  1. A strongly happens before B: they are of one thread, or something that follows A in its
//  thread
//     happens before something that precedes B in its thread.
//  2. A before B.
//  3. A before b, b happens before Y:  A -> Y.
//  4. X happens before a, a before B:  X -> B.
//  5. X happens before a, a before b, b happens before Y:  X -> Y.
// (a, b: operations of any order.) Guarded by litmus_test.cpp and axioms_test.cpp.
#pragma once

#include "view.h"

#include <bitset>
#include <vector>

namespace runnel::model {

/// Where an operation stands in its location's coherence order: a store at its stamp, a reader
/// right after the store it read.
struct coherence_key {
  stamp at = ~stamp{0};
  bool reader = true;
  friend bool operator<(const coherence_key& a, const coherence_key& b) noexcept {
    return a.at != b.at ? a.at < b.at : a.reader < b.reader;
  }
  /// Before some operation that read or wrote the store at `known`.
  bool before(stamp known) const noexcept { return reader ? at < known : at <= known; }
};

using clocks = std::array<std::uint32_t, max_threads>;

class total_order {
public:
  static constexpr std::size_t most = 192; ///< seq_cst operations in one execution

  struct access {
    unsigned thread;
    std::uint32_t clock;
    std::uint32_t loc;
    coherence_key key;
    bool sequential;
    clocks before; ///< what happens before the operation, without what it acquires itself
    clocks after;  ///< and with it
  };

  void reset() noexcept {
    nodes_.clear();
    reaches_.clear();
    fences_ = 0;
  }
  /// Nothing that any access could contradict.
  bool empty() const noexcept { return nodes_.empty(); }
  /// Adds an access. False: there is no S any more.
  bool add(const access&);
  /// Whether add() would say true.
  bool allows(const access&);
  bool add_fence(unsigned thread, std::uint32_t clock, const clocks& before, const view& known);
  bool full() const noexcept { return nodes_.size() + 1 >= most; }

private:
  struct node {
    unsigned thread;
    std::uint32_t clock;
    bool fence;
    std::uint32_t loc;
    coherence_key key;
    std::vector<stamp> known;             ///< of a fence: the newest stores that happen before it
    std::vector<coherence_key> following; ///< of a fence: the first operations it happens before
  };
  bool edge(std::size_t from, std::size_t to);
  std::size_t append(unsigned thread, std::uint32_t clock, bool fence, const clocks& before);

  std::vector<node> nodes_;
  std::vector<std::bitset<most>> reaches_; ///< transitive closure, a row for each node
  std::vector<std::bitset<most>> saved_;
  struct change {
    std::size_t fence;
    std::uint32_t loc;
    coherence_key was;
  };
  std::vector<change> undo_; ///< of `following`
  std::size_t fences_ = 0;
  bool cyclic_ = false;
};

} // namespace runnel::model
