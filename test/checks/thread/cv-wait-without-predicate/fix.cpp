// Waits whose condition stands before them.
#include <condition_variable>
#include <mutex>

struct Gate {
  void pass() {
    std::unique_lock hold(mutex);
    if (!open)
      changed.wait(hold); // expect: cv-wait-without-predicate
    // CHECK-FIX: changed.wait(hold, [&] { return open; });
  }
  void pass_braced() {
    std::unique_lock<std::mutex> hold(mutex);
    // expect@+2: cv-wait-without-predicate
    if (count == 0) {
      changed.wait(hold);
    }
    // CHECK-FIX: changed.wait(hold, [&] { return !(count==0); });
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int count = 0;
};
