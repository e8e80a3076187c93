// Volatile flags that become atomic.
// CHECK-FIX: #include <atomic>
#include <thread>
void work();

class Worker {
  volatile bool stop_ = false; // expect: volatile-sync
  // CHECK-FIX: std::atomic<bool> stop_ = false;
  std::thread thread_;

public:
  void start() {
    thread_ = std::thread([this] {
      while (!stop_)
        work();
    });
  }
  void stop() {
    stop_ = true;
    thread_.join();
  }
};

static volatile int counter = 0; // expect: volatile-sync
// CHECK-FIX: static std::atomic<int> counter = 0;
void counts() {
  std::thread t([] { counter = 1; });
  counter = 2;
  t.join();
}
