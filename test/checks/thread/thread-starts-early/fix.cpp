// A thread that moves to the end of its class.
#include <mutex>
#include <thread>

class Logger {
public:
  Logger() : thread_([this] { run(); }) {} // expect: thread-starts-early
  ~Logger() { thread_.join(); }

private:
  void run() {
    std::lock_guard<std::mutex> hold(mu_);
    ++lines_;
  }
  std::thread thread_;
  std::mutex mu_;
  int lines_ = 0; // CHECK-FIX: int lines_ = 0;
  // CHECK-FIX: std::thread thread_;
};
