#include <mutex>

class Sum {
  std::mutex mu_;
  int sum_ = 0;

public:
  void add(int n) {
    // CHECK-FIX: std::lock_guard<std::mutex> hold(mu_);
    std::lock_guard<std::mutex>{mu_}; // expect: scope-ineffective-guard
    sum_ += n;
  }
  int both() {
    // CHECK-FIX: std::scoped_lock<std::mutex> hold(mu_);
    std::scoped_lock<std::mutex>{mu_}; // expect: scope-ineffective-guard
    return sum_;
  }
};
