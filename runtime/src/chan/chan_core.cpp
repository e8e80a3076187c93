// Closing channels, and what happens when their ends are gone.

#include "runnel/detail/chan_core.h"

#include "runnel/detail/chan_handle.h"

#include <mutex>

namespace runnel::detail {

bool chan_core::close() noexcept {
  // Claimed while the lock is held; woken without it. Only one of the queues holds plain waiters,
  // but selects may wait in both.
  waiter* woken[2];
  {
    std::lock_guard hold(lock);
    if (closed.load(std::memory_order_relaxed))
      return false;
    closed.store(true, std::memory_order_relaxed);
    woken[0] = receivers.pop_all();
    woken[1] = senders.pop_all();
  }
  // `ok` is false already: no value comes.
  for (waiter* w : woken)
    ready_all(w);
  return true;
}

void chan_core::end_of(std::uint64_t dropped, std::uint64_t left) noexcept {
  const bool senders_end =
      static_cast<std::uint32_t>(left) == 0 && static_cast<std::uint32_t>(dropped) != 0;
  const bool receivers_end = (left >> 32) == 0 && (dropped >> 32) != 0;
  if (senders_end && receivers_end) {
    // Unless another party is still busy closing on behalf of a half that had ended before, which
    // cannot be: then that half would not end now.
    destroy(this);
    return;
  }
  if (!senders_end && !receivers_end)
    return; // the other half ended earlier
  if (receivers_end) {
    close();
    clear_unreceived();
  } else if (!stays_open) {
    close();
  }
  if (groups_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    destroy(this);
}

// Nobody can receive what is buffered. Values are destroyed without the lock: their destructors may
// use channels. Nobody else touches the buffer: it is closed, so nothing is sent, and no receiver
// is left.
void chan_core::clear_unreceived() noexcept {
  lock.lock();
  lock.unlock(); // a send that was under way when we closed has ended
  clear(this);
}

namespace {
void never(void*) noexcept {}
} // namespace

void block_on_nil() noexcept {
  decision_point(nullptr);
  for (;;)
    park(reason::nil_chan, nullptr, never, nullptr);
}

void block_on_nil_until(clock::time_point deadline) noexcept {
  decision_point(nullptr);
  select_token token;
  park_until(reason::nil_chan, nullptr, never, nullptr, token, deadline);
}

} // namespace runnel::detail
