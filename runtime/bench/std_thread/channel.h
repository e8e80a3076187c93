// The channel a careful programmer writes with the standard library alone: one mutex, two condition
// variables, notified outside the lock and only when somebody waits. Capacity 0 is a rendezvous:
// send() returns once its value has been taken.
#pragma once

#include "../harness.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace bench {

template <class T> class channel {
public:
  explicit channel(std::size_t capacity) : capacity_(capacity) {}

  bool send(T value) {
    std::unique_lock hold(m_);
    const std::size_t room = capacity_ == 0 ? 1 : capacity_;
    ++blocked_senders_;
    can_send_.wait(hold, [&] { return closed_ || queue_.size() < room; });
    --blocked_senders_;
    if (closed_)
      return false;
    queue_.push_back(std::move(value));
    const std::uint64_t mine = ++sent_;
    if (blocked_receivers_ > 0)
      can_recv_.notify_one();
    if (capacity_ == 0)
      taken_.wait(hold, [&] { return closed_ || received_ >= mine; });
    return true;
  }
  std::optional<T> recv() {
    std::unique_lock hold(m_);
    ++blocked_receivers_;
    can_recv_.wait(hold, [&] { return closed_ || !queue_.empty(); });
    --blocked_receivers_;
    return take(hold);
  }
  std::optional<T> try_recv() {
    std::unique_lock hold(m_);
    return take(hold);
  }
  void close() {
    {
      std::lock_guard hold(m_);
      closed_ = true;
    }
    can_send_.notify_all();
    can_recv_.notify_all();
    taken_.notify_all();
  }

private:
  std::optional<T> take(std::unique_lock<std::mutex>& hold) {
    if (queue_.empty())
      return std::nullopt;
    std::optional<T> value(std::move(queue_.front()));
    queue_.pop_front();
    ++received_;
    const bool wake = blocked_senders_ > 0;
    hold.unlock();
    if (capacity_ == 0)
      taken_.notify_all();
    if (wake)
      can_send_.notify_one();
    return value;
  }

  const std::size_t capacity_;
  std::mutex m_;
  std::condition_variable can_send_, can_recv_, taken_;
  std::deque<T> queue_;
  std::uint64_t sent_ = 0, received_ = 0;
  unsigned blocked_senders_ = 0, blocked_receivers_ = 0;
  bool closed_ = false;
};

} // namespace bench
