// model::atomic<T>, std::atomic's members as far as protocols use them, and model::fence. There are
// no operators: an operation without a written memory order would have no place to break.
#pragma once

#include "engine.h"

#include <cstring>
#include <type_traits>

namespace runnel::model {

using order = std::memory_order;
using source = std::source_location;

constexpr order failure_order(order success) {
  return success == order::acq_rel   ? order::acquire
         : success == order::release ? order::relaxed
                                     : success;
}

template <class T> class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(word));

public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept : atomic(T{}) {}
  constexpr atomic(T v) noexcept {
    if (std::is_constant_evaluated()) {
      first_ = v;
    } else {
      first_ = v;
      cell_.initial = pack(v);
      if (engine* e = engine::active())
        e->attach(cell_, this, sizeof *this);
    }
  }
  constexpr ~atomic() {
    if (!std::is_constant_evaluated())
      if (engine* e = engine::active())
        e->detach(cell_, this, sizeof *this);
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(order o = order::seq_cst, source at = source::current()) const noexcept {
    engine* e = on();
    return e ? unpack(e->load(cell_, o, at)) : unpack(cell_.initial);
  }
  void store(T v, order o = order::seq_cst, source at = source::current()) noexcept {
    if (engine* e = on())
      e->store(cell_, pack(v), o, at);
    else
      cell_.initial = pack(v);
  }
  T exchange(T v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T, T b) { return b; });
  }
  bool compare_exchange_strong(T& expected, T v, order success, order failure,
                               source at = source::current()) noexcept {
    return swap_if(expected, v, success, failure, false, at);
  }
  bool compare_exchange_strong(T& expected, T v, order o = order::seq_cst,
                               source at = source::current()) noexcept {
    return swap_if(expected, v, o, failure_order(o), false, at);
  }
  bool compare_exchange_weak(T& expected, T v, order success, order failure,
                             source at = source::current()) noexcept {
    return swap_if(expected, v, success, failure, true, at);
  }
  bool compare_exchange_weak(T& expected, T v, order o = order::seq_cst,
                             source at = source::current()) noexcept {
    return swap_if(expected, v, o, failure_order(o), true, at);
  }
  template <class U>
  T fetch_add(U v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T a, U b) { return static_cast<T>(a + b); });
  }
  template <class U>
  T fetch_sub(U v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T a, U b) { return static_cast<T>(a - b); });
  }
  T fetch_or(T v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T a, T b) { return static_cast<T>(a | b); });
  }
  T fetch_and(T v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T a, T b) { return static_cast<T>(a & b); });
  }
  T fetch_xor(T v, order o = order::seq_cst, source at = source::current()) noexcept {
    return modify(v, o, at, [](T a, T b) { return static_cast<T>(a ^ b); });
  }

  cell& part() const noexcept {
    settle();
    return cell_;
  }
  static word pack(T v) noexcept {
    word w;
    std::memcpy(static_cast<void*>(&w), &v, sizeof(T));
    return w;
  }
  static T unpack(word w) noexcept {
    std::remove_const_t<T> v;
    std::memcpy(&v, &w, sizeof(T));
    return v;
  }

private:
  /// A constant-initialised atomic has no packed value yet.
  void settle() const noexcept {
    if (!packed_) {
      packed_ = true;
      if (cell_.run == 0)
        cell_.initial = pack(first_);
    }
  }
  engine* on() const noexcept {
    settle();
    return engine::active();
  }
  template <class U, class F> T modify(U v, order o, source at, F) noexcept {
    const auto next = [](word old, const void* argument) {
      return pack(F{}(unpack(old), *static_cast<const U*>(argument)));
    };
    if (engine* e = on())
      return unpack(e->modify(cell_, next, &v, o, at));
    const word old = cell_.initial;
    cell_.initial = next(old, &v);
    return unpack(old);
  }
  bool swap_if(T& expected, T v, order success, order failure, bool weak, source at) noexcept {
    word w = pack(expected);
    bool swapped;
    if (engine* e = on()) {
      swapped = e->exchange_if(cell_, w, pack(v), success, failure, weak, at);
    } else {
      swapped = cell_.initial == w;
      w = cell_.initial;
      if (swapped)
        cell_.initial = pack(v);
    }
    if (!swapped)
      expected = unpack(w);
    return swapped;
  }

  mutable cell cell_;
  T first_{};
  mutable bool packed_ = false;
};

inline void fence(order o, source at = source::current()) {
  if (engine* e = engine::active())
    e->fence(o, at);
}

} // namespace runnel::model
