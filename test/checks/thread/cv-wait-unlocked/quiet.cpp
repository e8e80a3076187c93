// Waits with the lock, or with one that may be locked.
#include <condition_variable>
#include <mutex>

class Gate {
public:
  void locked() {
    std::unique_lock<std::mutex> hold(mutex_);
    cv_.wait(hold, [this] { return open_; }); // trap: locked from the start
  }
  void later() {
    std::unique_lock<std::mutex> hold(mutex_, std::defer_lock);
    hold.lock();
    cv_.wait(hold, [this] { return open_; }); // trap: locked since
  }
  void again() {
    std::unique_lock<std::mutex> hold(mutex_);
    hold.unlock();
    work();
    hold.lock();
    cv_.wait(hold, [this] { return open_; }); // trap: locked again
  }
  void perhaps(bool now) {
    std::unique_lock<std::mutex> hold(mutex_, std::defer_lock);
    if (now)
      hold.lock();
    if (now)
      cv_.wait(hold, [this] { return open_; }); // trap: in step with the lock
  }
  void adopted() {
    mutex_.lock();
    std::unique_lock<std::mutex> hold(mutex_, std::adopt_lock);
    cv_.wait(hold, [this] { return open_; }); // trap: adopted
  }
  void given(std::unique_lock<std::mutex> &hold) {
    cv_.wait(hold, [this] { return open_; }); // trap: the caller's
  }
  void tried() {
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock);
    if (!hold)
      hold.lock();
    cv_.wait(hold, [this] { return open_; }); // trap: either way
  }

private:
  void work();
  std::mutex mutex_;
  std::condition_variable cv_;
  bool open_ = false;
};
