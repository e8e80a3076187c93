// The lock becomes one that belongs to no thread, or is let go of earlier.
// flags: -isystem %runtime
#include <mutex>
#include <runnel/runnel.h>

class Counter {
  // CHECK-FIX: runnel::mutex mu_;
  std::mutex mu_;
  int n_ = 0;

public:
  void add() {
    std::lock_guard hold(mu_);
    ++n_;
    runnel::yield(); // expect: fiber-thread-lock
    ++n_;
  }
  int get() {
    // CHECK-FIX: std::unique_lock<runnel::mutex> hold(mu_);
    std::unique_lock<std::mutex> hold(mu_);
    return n_;
  }
};

// CHECK-FIX: static runnel::mutex global_lock;
static std::mutex global_lock;
static int total = 0;
void tally() {
  std::scoped_lock hold(global_lock);
  ++total;
  runnel::sleep_for(std::chrono::milliseconds(1)); // expect: fiber-thread-lock
  ++total;
}

class Feed {
  std::mutex mu_;
  int last_ = 0;
  runnel::channel<int> out_;

public:
  void put(int v) {
    {
      std::lock_guard hold(mu_);
      last_ = v;
    }
    std::unique_lock hold(mu_);
    int now = last_;
    // CHECK-FIX: hold.unlock();
    out_.send(now); // expect: fiber-thread-lock
  }
};

int main() {
  Counter c;
  Feed f;
  runnel::group g;
  g.go([&] { c.add(), f.put(c.get()), tally(); });
  g.wait();
}
