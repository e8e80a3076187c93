// Reads, writes and fences on location histories; memory.h states the rules that are cited here.
#include "memory.h"

#include <algorithm>

namespace runnel::model {

void memory::reset() {
  used_ = 0;
  arena_.reset();
}

std::uint32_t memory::add(memory_thread& t, word initial) {
  if (used_ == locations_.size())
    locations_.emplace_back();
  location& l = locations_[used_];
  l.stores.clear();
  l.executed = 1;
  l.kernel = 0;
  l.touched.fill(0);
  l.maker = static_cast<std::uint8_t>(t.id);
  l.made = t.now.clock[t.id];
  l.dead = false;
  store_record s;
  s.value = initial;
  s.at = stamp_gap;
  s.executed = 1;
  s.thread = l.maker;
  l.stores.push_back(s);
  return used_++;
}

const char* memory::check_access(std::uint32_t loc, const memory_thread& t) {
  location& l = locations_[loc];
  if (l.dead)
    return "access to an atomic that has been destroyed";
  if (t.now.clock[l.maker] < l.made)
    return "data race: access to an atomic is not ordered after its construction";
  l.touched[t.id] = t.now.clock[t.id];
  return nullptr;
}

const char* memory::kill(std::uint32_t loc, memory_thread& t) {
  location& l = locations_[loc];
  if (l.dead)
    return "an atomic is destroyed twice";
  l.dead = true;
  for (unsigned i = 0; i < max_threads; ++i)
    if (i != t.id && l.touched[i] > t.now.clock[i])
      return "data race: an atomic is destroyed while another thread may still use it";
  return nullptr;
}

void memory::readable(std::uint32_t loc, const memory_thread& t, std::uint32_t covered,
                      std::vector<std::uint32_t>& out) {
  out.clear();
  const stamp floor = t.now.at(loc);
  const auto& stores = locations_[loc].stores;
  for (auto i = static_cast<std::uint32_t>(stores.size()); i-- > 0;) {
    if (stores[i].executed > covered)
      out.push_back(i);
    if (stores[i].at <= floor)
      break;
  }
}

void memory::placeable(std::uint32_t loc, const memory_thread& t, std::vector<std::uint32_t>& out) {
  out.clear();
  const stamp floor = t.now.at(loc);
  const auto& stores = locations_[loc].stores;
  for (auto i = static_cast<std::uint32_t>(stores.size()); i-- > 0;) {
    if (!stores[i].rmw_next)
      out.push_back(i);
    if (stores[i].at <= floor)
      break;
  }
}

word memory::read(std::uint32_t loc, memory_thread& t, std::uint32_t index, std::memory_order o) {
  const store_record& s = locations_[loc].stores[index];
  t.now.raise(loc, s.at, arena_);
  if (s.message) {
    if (acquires(o))
      t.now.join(*s.message, arena_);
    else
      t.pending.join(*s.message, arena_);
  }
  return s.value;
}

store_record& memory::write(std::uint32_t loc, memory_thread& t, word value, std::memory_order o,
                            std::uint32_t after, bool rmw) {
  location& l = locations_[loc];
  store_record s;
  s.value = value;
  s.thread = static_cast<std::uint8_t>(t.id);
  s.executed = ++l.executed;
  const bool last = after + 1 == l.stores.size();
  s.at = last ? l.stores[after].at + stamp_gap
              : l.stores[after].at + (l.stores[after + 1].at - l.stores[after].at) / 2;
  t.now.raise(loc, s.at, arena_);

  if (releases(o))
    s.message = new (arena_.take(sizeof(view))) view(t.now.copy(arena_));
  else
    s.message = t.released;
  if (rmw) {
    l.stores[after].rmw_next = true;
    if (const view* earlier = l.stores[after].message) { // invariant 3
      if (!s.message) {
        s.message = earlier;
      } else {
        auto* both = new (arena_.take(sizeof(view))) view(s.message->copy(arena_));
        both->join(*earlier, arena_);
        s.message = both;
      }
    }
  }
  return *l.stores.insert(l.stores.begin() + after + 1, s);
}

void memory::fence(memory_thread& t, std::memory_order o) {
  if (acquires(o))
    t.now.join(t.pending, arena_);
  if (releases(o))
    t.released = new (arena_.take(sizeof(view))) view(t.now.copy(arena_));
}

} // namespace runnel::model
