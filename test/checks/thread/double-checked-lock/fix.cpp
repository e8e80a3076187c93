// A flag that becomes atomic.
// CHECK-FIX: #include <atomic>
#include <mutex>
#include <string>

class Lazy {
  std::mutex mutex_;
  bool loaded_ = false; // CHECK-FIX: std::atomic<bool> loaded_ = false;
  std::string text_;

public:
  const std::string &text() {
    if (!loaded_) { // expect: double-checked-lock
      std::unique_lock<std::mutex> hold(mutex_);
      if (!loaded_) {
        text_ = "loaded";
        loaded_ = true;
      }
    }
    return text_;
  }
};
