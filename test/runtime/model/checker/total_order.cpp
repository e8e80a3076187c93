// Keeps the transitive closure of S's edges; total_order.h lists them.
#include "total_order.h"

namespace runnel::model {

bool total_order::edge(std::size_t from, std::size_t to) {
  if (from == to || reaches_[to][from]) {
    cyclic_ = true;
    return false;
  }
  if (reaches_[from][to])
    return true;
  std::bitset<most> gained = reaches_[to];
  gained.set(to);
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (i == from || reaches_[i][from])
      reaches_[i] |= gained;
  return true;
}

std::size_t total_order::append(unsigned thread, std::uint32_t clock, bool fence,
                                const clocks& before) {
  const std::size_t n = nodes_.size();
  nodes_.push_back({thread, clock, fence, 0, {}, {}, {}});
  reaches_.emplace_back();
  for (std::size_t e = 0; e < n; ++e) // rule 1
    if (nodes_[e].thread == thread || before[nodes_[e].thread] > nodes_[e].clock)
      edge(e, n);
  return n;
}

bool total_order::add(const access& a) {
  cyclic_ = false;
  undo_.clear();
  if (a.sequential) {
    const std::size_t n = append(a.thread, a.clock, false, a.before);
    nodes_[n].loc = a.loc;
    nodes_[n].key = a.key;
    for (std::size_t e = 0; e < n && !cyclic_; ++e) {
      const node& other = nodes_[e];
      if (other.fence) {
        if (a.loc < other.known.size() && a.key.before(other.known[a.loc]))
          edge(n, e); // 3
        if (a.loc < other.following.size() && other.following[a.loc] < a.key)
          edge(e, n);                  // 4
      } else if (other.loc == a.loc) { // 2
        if (other.key < a.key)
          edge(e, n);
        else if (a.key < other.key)
          edge(n, e);
      }
    }
  }
  for (std::size_t x = 0; fences_ != 0 && x < nodes_.size() && !cyclic_; ++x) {
    node& fence = nodes_[x];
    if (!fence.fence || (fence.thread != a.thread && a.after[fence.thread] < fence.clock))
      continue;
    if (a.loc >= fence.following.size())
      fence.following.resize(a.loc + 1);
    if (!(a.key < fence.following[a.loc]))
      continue;
    undo_.push_back({x, a.loc, fence.following[a.loc]});
    fence.following[a.loc] = a.key;
    for (std::size_t e = 0; e < nodes_.size() && !cyclic_; ++e) {
      const node& other = nodes_[e];
      if (e == x)
        continue;
      if (other.fence) {
        if (a.loc < other.known.size() && a.key.before(other.known[a.loc]))
          edge(x, e); // 5
      } else if (other.loc == a.loc && a.key < other.key) {
        edge(x, e); // 4
      }
    }
  }
  return !cyclic_;
}

bool total_order::allows(const access& a) {
  if (nodes_.empty())
    return true;
  const std::size_t n = nodes_.size();
  saved_ = reaches_;
  const bool ok = add(a);
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(n), nodes_.end());
  reaches_.swap(saved_);
  for (const change& c : undo_)
    nodes_[c.fence].following[c.loc] = c.was;
  return ok;
}

bool total_order::add_fence(unsigned thread, std::uint32_t clock, const clocks& before,
                            const view& known) {
  cyclic_ = false;
  const std::size_t n = append(thread, clock, true, before);
  ++fences_;
  nodes_[n].known.assign(known.floor, known.floor + known.floors);
  const auto& newest = nodes_[n].known;
  for (std::size_t e = 0; e < n && !cyclic_; ++e) {
    const node& other = nodes_[e];
    if (other.fence) {
      for (std::size_t m = 0; m < other.following.size() && m < newest.size(); ++m)
        if (other.following[m].before(newest[m]))
          edge(e, n); // 5
    } else if (other.loc < newest.size() && other.key.before(newest[other.loc])) {
      edge(e, n); // 3
    }
  }
  return !cyclic_;
}

} // namespace runnel::model
