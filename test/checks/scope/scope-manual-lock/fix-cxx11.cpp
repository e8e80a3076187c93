// Before C++17 there is no std::scoped_lock.
// flags: -std=c++11
#include <mutex>
#include <string>
#include <vector>

class Names {
  std::mutex mu_;
  std::vector<std::string> all_;

public:
  void add(const std::string &name) {
    // CHECK-FIX: std::lock_guard<std::mutex> hold(mu_);
    mu_.lock(); // expect: scope-manual-lock
    all_.push_back(name);
    mu_.unlock();
  }
};
