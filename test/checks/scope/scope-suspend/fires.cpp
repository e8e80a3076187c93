// Suspending while a thread's lock is held.
#include <coroutine>
#include <mutex>
#include <shared_mutex>

namespace runnel {
void yield();
} // namespace runnel

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int) { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct Wait {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};

class Meter {
  std::mutex mu_;
  std::shared_mutex rw_;
  int n_ = 0;

  void pause() { runnel::yield(); } // note: "suspends here"

public:
  Task awaits() {
    std::lock_guard<std::mutex> hold(mu_); // note: "'mu_' is locked here"
    ++n_;
    co_await Wait(); // expect: scope-suspend "'co_await' may go on in another thread while 'mu_' is held"
    ++n_;
  }
  Task yields() {
    std::unique_lock hold(mu_);
    ++n_;
    co_yield n_; // expect: scope-suspend "'co_yield'"
    ++n_;
  }
  void goroutine() {
    std::scoped_lock hold(mu_);
    ++n_;
    runnel::yield(); // expect: scope-suspend
    ++n_;
  }
  void helper() {
    std::lock_guard hold(mu_);
    ++n_;
    pause(); // expect: scope-suspend
    ++n_;
  }
  Task shared() {
    std::shared_lock hold(rw_);
    co_await Wait(); // expect: scope-suspend "'rw_' is held"
    ++n_;
  }
  Task looped() {
    std::unique_lock hold(mu_);
    while (n_ > 0) {
      co_await Wait(); // expect: scope-suspend
      --n_;
    }
  }
  void byHand() {
    mu_.lock();
    runnel::yield(); // expect: scope-suspend
    ++n_;
    mu_.unlock();
  }
};
