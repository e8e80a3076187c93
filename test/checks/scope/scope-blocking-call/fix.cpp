#include <mutex>
#include <unistd.h>

class Counter {
  std::mutex mu_;
  int n_ = 0;

public:
  void guard() {
    // CHECK-FIX: {
    std::lock_guard<std::mutex> hold(mu_);
    ++n_;
    // CHECK-FIX: }
    sleep(1); // expect: scope-blocking-call
  }
  void unique() {
    std::unique_lock hold(mu_);
    ++n_;
    // CHECK-FIX: hold.unlock();
    sleep(1); // expect: scope-blocking-call
  }
  int kept() {
    // CHECK-FIX: std::unique_lock<std::mutex> hold(mu_);
    std::lock_guard<std::mutex> hold(mu_);
    int n = ++n_;
    // CHECK-FIX: hold.unlock();
    sleep(1); // expect: scope-blocking-call
    return n;
  }
};
