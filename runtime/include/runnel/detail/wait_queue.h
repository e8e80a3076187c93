// Waiters and the queues they stand in. Guarded by test/runtime/model.
//
// 1. A waiter lives in the frame of the blocked party; queues link it and allocate nothing.
// 2. Links, `queued` from true to false, and the queue's ends change under the lock of the queue's
//    primitive only. `front()` may be read without it, as a hint.
// 3. A waker dequeues, claims the token if there is one, moves the value, sets `ok`, leaves the
//    lock, and readies the owner last: after ready() the waiter may be gone.
// 4. A waiter whose claim was lost is unlinked by whoever meets it first: the losing waker or its
//    owner. The owner looks at `queued` (acquire) before it lets the frame go.
// 5. First in, first out.
#pragma once

#include "runnel/detail/select_token.h"
#include "runnel/detail/task.h"

#include <cstddef>

namespace runnel::detail {

struct waiter {
  waiter* next = nullptr;
  waiter* prev = nullptr;
  void* slot = nullptr;          ///< sender: the value; receiver: where it goes
  select_token* token = nullptr; ///< null: this waiter waits for one thing only
  owner who;
  std::uint32_t index = 0; ///< the case, in a select
  bool ok = false;         ///< written by the waker: true: done; false: the channel closed
  bool failed = false;     ///< written by the waker: moving this sender's value threw `error`
  atomic<bool> queued{false};
  /// Room for a std::exception_ptr, which is there only if `failed`.
  alignas(void*) std::byte error[sizeof(void*)];
};

class wait_queue {
public:
  bool empty() const noexcept { return front() == nullptr; }
  waiter* front() const noexcept { return head_.load(std::memory_order_relaxed); }

  void push(waiter& w) noexcept {
    w.next = nullptr;
    w.prev = tail_;
    w.queued.store(true, std::memory_order_relaxed);
    if (tail_)
      tail_->next = &w;
    else
      head_.store(&w, std::memory_order_relaxed);
    tail_ = &w;
  }

  void push_front(waiter& w) noexcept {
    waiter* first = front();
    w.next = first;
    w.prev = nullptr;
    w.queued.store(true, std::memory_order_relaxed);
    if (first)
      first->prev = &w;
    else
      tail_ = &w;
    head_.store(&w, std::memory_order_relaxed);
  }

  void unlink(waiter& w) noexcept {
    if (w.prev)
      w.prev->next = w.next;
    else
      head_.store(w.next, std::memory_order_relaxed);
    if (w.next)
      w.next->prev = w.prev;
    else
      tail_ = w.prev;
    w.queued.store(false, std::memory_order_release);
  }

  /// The first waiter that could be claimed, dequeued; null if there is none.
  waiter* pop_claimed() noexcept {
    while (waiter* w = front()) {
      // After unlink() of a waiter that we do not own its frame may be gone: look first.
      select_token* token = w->token;
      if (!token || token->claim(w->index)) {
        unlink(*w);
        return w;
      }
      unlink(*w);
    }
    return nullptr;
  }

  /// As pop_claimed, for a move that may throw: the waiter stays queued, its token held.
  waiter* hold_front() noexcept {
    while (waiter* w = front()) {
      if (!w->token || w->token->hold())
        return w;
      unlink(*w);
    }
    return nullptr;
  }
  void commit_front(waiter& w) noexcept {
    if (w.token)
      w.token->commit(w.index);
    unlink(w);
  }
  static void release_front(waiter& w) noexcept {
    if (w.token)
      w.token->release();
  }

  /// All claimable waiters, linked by `next`; the queue is empty afterwards.
  waiter* pop_all() noexcept {
    waiter* first = nullptr;
    waiter** end = &first;
    while (waiter* w = pop_claimed()) {
      *end = w;
      end = &w->next;
    }
    *end = nullptr;
    return first;
  }

private:
  atomic<waiter*> head_{nullptr};
  waiter* tail_ = nullptr;
};

} // namespace runnel::detail
