#include <mutex>
#include <thread>

class Worker {
  std::mutex mu_;
  bool stop_ = false;

public:
  void stop(std::thread thread) {
    // CHECK-FIX: {
    std::lock_guard<std::mutex> hold(mu_);
    stop_ = true;
    // CHECK-FIX: }
    thread.join(); // expect: scope-join
  }
};
