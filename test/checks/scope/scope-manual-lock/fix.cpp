#include <mutex>
#include <string>
#include <vector>

class Names {
  std::mutex mu_;
  std::vector<std::string> all_;
  int n_ = 0;

public:
  void add(const std::string &name) {
    // CHECK-FIX: std::scoped_lock hold(mu_);
    mu_.lock(); // expect: scope-manual-lock
    all_.push_back(name);
    mu_.unlock();
  }
  bool remove(int i) {
    // CHECK-FIX: std::scoped_lock hold(mu_);
    mu_.lock(); // expect: scope-manual-lock
    if (i >= n_) {
      mu_.unlock();
      return false;
    }
    --n_;
    mu_.unlock();
    return true;
  }
};
