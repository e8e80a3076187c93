// How the Boost.Fiber programs start fibers and count them: stacks of 64 KiB, the size the other
// stackful runtimes here use (the library's default of 128 KiB would be a mapping a fiber, and
// 65,530 mappings are all a process may have).
#pragma once

#include "../harness.h"

#include <boost/fiber/all.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace bench {

template <class F> boost::fibers::fiber start(F&& f) {
  return boost::fibers::fiber(boost::fibers::launch::post, std::allocator_arg,
                              boost::fibers::fixedsize_stack(64 * 1024), std::forward<F>(f));
}

// Waits for `n` fibers; the library has no wait group. The last one alone takes the lock.
class countdown {
public:
  explicit countdown(std::int64_t n) : left_(n) {}
  void done() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    std::unique_lock<boost::fibers::mutex> hold(m_);
    zero_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock<boost::fibers::mutex> hold(m_);
    changed_.wait(hold, [&] { return zero_; });
  }

private:
  std::atomic<std::int64_t> left_;
  boost::fibers::mutex m_;
  boost::fibers::condition_variable changed_;
  bool zero_ = false;
};

template <class T> using unbuffered = boost::fibers::unbuffered_channel<T>;
template <class T> using buffered = boost::fibers::buffered_channel<T>;
using status = boost::fibers::channel_op_status;

} // namespace bench
