// Given back to the guard, the lock is held again.
#include <mutex>

class Manager {
  std::mutex mu_;
  int pending_ = 0;
  void recover() {
    std::lock_guard lock(mu_);
    ++pending_;
  }

public:
  void clear() {
    std::lock_guard lock(mu_);
    mu_.unlock();
    recover();
    mu_.lock();
    recover(); // expect: web-self-deadlock "'mu_' is locked again by 'Manager::clear'"
  }
};
