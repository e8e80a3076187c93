// What a library's timer is given runs later, on another thread: not inside of
// the call, and not under its caller's locks.
//--- timer.h
#pragma once
#pragma GCC system_header
#include <utility>
namespace lib {
template <class H> struct op {
  H handler;
};
class timer {
public:
  template <class H> void async_wait(H &&handler) {
    queue(new op<H>{std::forward<H>(handler)});
  }
  void queue(void *);
};
} // namespace lib
//--- pool.cpp
#include "timer.h"
#include <map>
#include <memory>
#include <mutex>

class Pool : public std::enable_shared_from_this<Pool> {
public:
  void release(int connection) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!running_) {
      watch(shared_from_this());
      running_ = true;
    }
    ++connections_[connection];
  }

private:
  static void watch(const std::shared_ptr<Pool> &pool) {
    std::weak_ptr<Pool> weak = pool;
    pool->timer_.async_wait([weak](int error) {
      auto self = weak.lock();
      if (error || !self)
        return;
      std::lock_guard<std::mutex> hold(self->mutex_); // trap: nobody has it
      if (self->connections_.empty())
        self->running_ = false;
      else
        watch(self);
    });
  }
  std::mutex mutex_;
  std::map<int, int> connections_;
  bool running_ = false;
  lib::timer timer_;
};
void use(Pool &pool) { pool.release(1); }
