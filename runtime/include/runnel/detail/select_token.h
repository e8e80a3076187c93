// The token over which the wakers of one waiting select compete. Guarded by test/runtime/model.
//
//   state       to        by
//   open        claimed   the waker that wins: a channel's peer or the timer
//   open        held      a waker whose move of the value may throw
//   held        claimed   the same waker, once the value has moved
//   held        open      the same waker, when the move threw: the waiter stays queued
//
// 1. Nothing moves into or out of a waiter before its token is claimed (or held) by the mover.
// 2. Exactly one waker claims; it alone readies the owner, after its last touch of the waiter.
// 3. `held` lasts for one move of a value under one channel's lock; others wait for the outcome.
//
// Memory order: a claim acquires and releases, so what the waker wrote before is seen by losers.
#pragma once

#include "runnel/detail/shim.h"

namespace runnel::detail {

class select_token {
public:
  static constexpr std::uint32_t timed_out = 0xffff'ff00; ///< the timer's case index

  bool claim(std::uint32_t index) noexcept { return become(index + first_claim); }
  bool hold() noexcept { return become(held); }
  void commit(std::uint32_t index) noexcept {
    state_.store(index + first_claim, std::memory_order_release);
  }
  void release() noexcept { state_.store(open, std::memory_order_release); }

  bool claimed() const noexcept { return state_.load(std::memory_order_acquire) >= first_claim; }
  /// The winning case. The owner asks once it has been woken, which is what orders it.
  std::uint32_t winner() const noexcept {
    return state_.load(std::memory_order_relaxed) - first_claim;
  }

private:
  static constexpr std::uint32_t open = 0, held = 1, first_claim = 2;

  bool become(std::uint32_t next) noexcept {
    for (unsigned round = 0;; ++round) {
      std::uint32_t seen = open;
      if (state_.compare_exchange_strong(seen, next, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        return true;
      if (seen != held)
        return false;
      spin_hint(round);
    }
  }

  atomic<std::uint32_t> state_{open};
};

} // namespace runnel::detail
