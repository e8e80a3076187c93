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
