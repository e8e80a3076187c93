#include <deque>
#include <mutex>
#include <vector>

void handle(int job);

class Jobs {
  std::mutex mu_;
  std::deque<int> jobs_;

public:
  void guard() {
    // CHECK-FIX: std::unique_lock<std::mutex> hold(mu_);
    std::lock_guard<std::mutex> hold(mu_); // expect: scope-too-wide
    int job = jobs_.front();
    jobs_.pop_front();
    // CHECK-FIX: hold.unlock();
    handle(job);
  }
  void unique() {
    std::unique_lock hold(mu_); // expect: scope-too-wide
    int job = jobs_.front();
    jobs_.pop_front();
    // CHECK-FIX: hold.unlock();
    handle(job);
  }
};
