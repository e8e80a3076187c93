// An atomic without an initialiser is one in C++11 too.
// flags: -std=c++11
#include <thread>
void work();

class Other {
  volatile bool stop_; // expect: volatile-sync
  // CHECK-FIX: std::atomic<bool> stop_;
  std::thread thread_;

public:
  Other() : stop_(false) {
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
