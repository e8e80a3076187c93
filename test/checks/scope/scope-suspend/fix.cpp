#include <mutex>

namespace runnel {
void yield();
} // namespace runnel

class Meter {
  std::mutex mu_;
  int n_ = 0;

public:
  void tick() {
    // CHECK-FIX: {
    std::lock_guard<std::mutex> hold(mu_);
    ++n_;
    // CHECK-FIX: }
    runnel::yield(); // expect: scope-suspend
  }
};
