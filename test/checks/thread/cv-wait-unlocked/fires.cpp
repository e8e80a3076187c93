// Waits with nothing locked.
#include <chrono>
#include <condition_variable>
#include <mutex>

class Gate {
public:
  void deferred() {
    std::unique_lock<std::mutex> hold(mutex_, std::defer_lock); // note: "'hold' is left unlocked here"
    cv_.wait(hold, [this] { return open_; }); // expect: cv-wait-unlocked "'cv_' is waited for with 'hold', which has its lock not locked"
  }
  void unlocked() {
    std::unique_lock<std::mutex> hold(mutex_);
    if (open_)
      return;
    hold.unlock();
    while (!open_)
      cv_.wait(hold); // expect: cv-wait-unlocked "lock"
  }
  void timed() {
    std::unique_lock<std::mutex> hold(mutex_);
    ++n_;
    hold.unlock();
    cv_.wait_for(hold, std::chrono::seconds(1), [this] { return open_; }); // expect: cv-wait-unlocked "lock"
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  bool open_ = false;
  int n_ = 0;
};
