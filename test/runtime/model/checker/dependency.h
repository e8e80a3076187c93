// Whether a thread that sleeps on its next operation must wake because another thread has just
// done something. Guarded by litmus_test.cpp (every allowed outcome is still seen) and
// reduction_test.cpp (the same outcomes with and without sleep sets).
//
// A sleeping thread's operation P was explored from an earlier state. It stays asleep after an
// effect E as long as every result of "E then P" is also a result of "P then E". Loads may read old
// stores, so this is not symmetric:
//   P load,  E store   "P then E" covers P's reading the older stores: what remains is reading E.
//   P store, E load    "P then E" covers it all: E may still read the older stores.
// What seq_cst adds depends on who read what, not on the order of execution (total_order.h).
#pragma once

#include "engine.h"

namespace runnel::model {

enum class influence : std::uint8_t {
  none,
  newer, ///< only what P can newly read is left
  full
};

/// For all kinds but yield, which needs the locations it has read.
inline influence influences(const operation& effect, const operation& pending) {
  const bool same = effect.where == pending.where;
  const auto full_if = [](bool b) { return b ? influence::full : influence::none; };
  const kind e = effect.what;
  switch (pending.what) {
  case kind::load:
    return same && (e == kind::store || e == kind::rmw) ? influence::newer : influence::none;
  case kind::store:
  case kind::rmw:
    return full_if(same && (e == kind::store || e == kind::rmw));
  case kind::lock:
  case kind::try_lock:
  case kind::unlock:
    return full_if(same && (e == kind::lock || e == kind::try_lock || e == kind::unlock));
  case kind::wait:
    return full_if(same && (e == kind::store || e == kind::rmw || e == kind::wake ||
                            e == kind::wait || e == kind::resume));
  case kind::wake:
    return full_if(same && (e == kind::wait || e == kind::wake || e == kind::resume));
  case kind::resume:
    return full_if((same && e == kind::wake) || (e == kind::resume && effect.for_nothing));
  case kind::none:
  case kind::yield:
  case kind::join:
    return influence::none;
  }
  return influence::full;
}

} // namespace runnel::model
