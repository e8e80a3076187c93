// Waits that ask again.
#include <chrono>
#include <condition_variable>
#include <mutex>

struct Gate {
  void pass() {
    std::unique_lock hold(mutex);
    changed.wait(hold, [&] { return open; }); // trap: a predicate
  }
  void pass_in_a_loop() {
    std::unique_lock hold(mutex);
    while (!open)
      changed.wait(hold); // trap: asks again
  }
  void endless() {
    std::unique_lock hold(mutex);
    for (;;) {
      if (open)
        return;
      changed.wait(hold); // trap: the same
    }
  }
  void nap() {
    std::unique_lock hold(mutex);
    changed.wait_for(hold, std::chrono::seconds(1)); // trap: a sleep that can be cut short
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
};

void pass_on(std::condition_variable &cv, std::unique_lock<std::mutex> &lock) {
  cv.wait(lock); // trap: the loop is the caller's
}

struct Pieces {
  void several() {
    std::unique_lock hold(mutex);
    while (!open || !ready)
      changed.wait(hold); // trap: asks again for both
  }
  void does_something_else_too() {
    std::unique_lock hold(mutex);
    while (!open) {
      ready = true;
      changed.wait(hold); // trap: in a loop
    }
  }
  bool until_late() {
    std::unique_lock hold(mutex);
    if (!open)
      changed.wait_for(hold, std::chrono::seconds(1)); // trap: with a limit
    return open;
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false, ready = false;
};

class Monitor {
  std::mutex mutex_;
  std::condition_variable changed_;

public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void wait() {
    std::unique_lock<std::mutex> hold(mutex_, std::adopt_lock);
    changed_.wait(hold); // trap: the caller has locked it, and asks again
    hold.release();
  }
  void notify() { changed_.notify_one(); }
};
