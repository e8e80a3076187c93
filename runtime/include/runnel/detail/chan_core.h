// The part of a channel that does not depend on the element type.
//
// Invariants, with the lock not held:
// 1. A receiver waits only if the channel is open, nothing is buffered and no sender waits.
// 2. A sender waits only if the channel is open, the buffer is full and no receiver waits;
//    exception: a select's own send and receive cases may wait in both queues at once, and so may
//    waiters whose tokens have been claimed elsewhere.
// 3. `closed` never goes back. No sender waits on a closed channel; what is buffered stays to be
//    received.
// 4. Channels are locked one at a time, except by a select that is about to block, which locks all
//    of its own in address order.
//
// Ends: `ends_` counts the handles that can send (low half) and that can receive (high half). The
// party that takes one half to zero closes the channel; the core lives until both halves have ended
// (`groups_`), so the closer cannot lose it under its feet.
//
// Memory order: every operation holds the lock, which gives Go's happens-before edges, or looks
// without it at hints that are confirmed under it. Counting up is relaxed, counting down acq_rel.
#pragma once

#include "runnel/detail/sched.h"
#include "runnel/detail/spin_lock.h"
#include "runnel/detail/wait_queue.h"

namespace runnel::detail {

struct chan_core {
  // --- under the lock; hints may be read without it --------------------------------------------
  spin_lock lock;
  atomic<bool> closed{false};
  atomic<std::uint32_t> count{0}; ///< elements in the buffer
  std::uint32_t head = 0;         ///< the oldest of them
  std::uint32_t capacity;         // set in the constructor
  bool stays_open = false;        ///< losing the last sender does not close it; set at creation
  wait_queue receivers;
  wait_queue senders;

  /// Destroys what is buffered and frees the channel. Set in the constructor.
  void (*destroy)(chan_core*) noexcept;
  /// Destroys what is buffered. Called once nobody can send or receive any more.
  void (*clear)(chan_core*) noexcept;

  chan_core(std::uint32_t cap, void (*d)(chan_core*) noexcept,
            void (*c)(chan_core*) noexcept) noexcept
      : capacity(cap), destroy(d), clear(c) {}
  chan_core(const chan_core&) = delete;
  chan_core& operator=(const chan_core&) = delete;

  /// False: it was closed already.
  bool close() noexcept;

  bool may_send() const noexcept {
    return count.load(std::memory_order_relaxed) < capacity || !receivers.empty() ||
           closed.load(std::memory_order_relaxed);
  }
  bool may_recv() const noexcept {
    return count.load(std::memory_order_relaxed) != 0 || !senders.empty() ||
           closed.load(std::memory_order_relaxed);
  }

  static constexpr std::uint64_t one_sender = 1, one_receiver = std::uint64_t{1} << 32;
  void retain(std::uint64_t ends) noexcept { ends_.fetch_add(ends, std::memory_order_relaxed); }
  void drop(std::uint64_t ends) noexcept {
    std::uint64_t left = ends_.fetch_sub(ends, std::memory_order_acq_rel) - ends;
    if (static_cast<std::uint32_t>(left) == 0 || (left >> 32) == 0) [[unlikely]]
      end_of(ends, left);
  }
  std::uint64_t ends() const noexcept { return ends_.load(std::memory_order_relaxed); }

  static void unlock_after(void* self) noexcept { static_cast<chan_core*>(self)->lock.unlock(); }

private:
  void clear_unreceived() noexcept;
  void end_of(std::uint64_t dropped, std::uint64_t left) noexcept;

  atomic<std::uint64_t> ends_{0};
  atomic<std::uint32_t> groups_{2};
};

} // namespace runnel::detail
