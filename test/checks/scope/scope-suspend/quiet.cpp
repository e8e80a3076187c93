// Suspending without a thread's lock.
#include <coroutine>
#include <mutex>

namespace runnel {
void yield();
class mutex {
public:
  void lock();
  void unlock();
};
} // namespace runnel

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct Wait {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};

// A lock made for coroutines.
class AsyncMutex {
public:
  void lock();
  void unlock();
  bool try_lock();
};

class Meter {
  std::mutex mu_;
  runnel::mutex fiber_;
  AsyncMutex async_;
  int n_ = 0;

  Task child() {
    ++n_;
    co_await Wait();
  }

public:
  // trap: unlocked before
  Task early() {
    std::unique_lock hold(mu_);
    ++n_;
    hold.unlock();
    co_await Wait();
  }
  // trap: the guard is gone
  Task braces() {
    {
      std::lock_guard hold(mu_);
      ++n_;
    }
    co_await Wait();
  }
  // trap: a lock that suspends
  void fiber() {
    std::lock_guard hold(fiber_);
    ++n_;
    runnel::yield();
  }
  // trap: a lock of the program's own may be made for it
  Task async() {
    std::lock_guard hold(async_);
    ++n_;
    co_await Wait();
  }
  // trap: the coroutine is only created: it suspends itself, not its caller
  void creates() {
    std::lock_guard hold(mu_);
    ++n_;
    child();
  }
  // trap: suspends first
  Task late() {
    co_await Wait();
    std::lock_guard hold(mu_);
    ++n_;
  }
  // trap: only on one path
  void maybe(bool lock) {
    if (lock)
      mu_.lock();
    runnel::yield();
    if (lock)
      mu_.unlock();
  }
};
