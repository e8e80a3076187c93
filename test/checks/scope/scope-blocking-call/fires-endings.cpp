// The program ends, but not before somebody has waited.
#include <cstdlib>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <unistd.h>

class Slots {
  std::mutex mu_;
  int n_ = 0;
  [[noreturn]] void serve() {
    for (;;)
      ++n_;
  }

public:
  // An exception comes back.
  void set(int n) {
    std::lock_guard hold(mu_);
    if (n < 0) {
      sleep(1); // expect: scope-blocking-call
      throw std::invalid_argument("negative");
    }
    n_ = n;
  }
  // The lock is free again before the end.
  void last() {
    mu_.lock();
    sleep(1); // expect: scope-blocking-call
    mu_.unlock();
    exit(0);
  }
  // A thread ends, not the program.
  void leave() {
    std::lock_guard hold(mu_);
    if (n_ == 0) {
      sleep(1); // expect: scope-blocking-call
      pthread_exit(nullptr);
    }
    ++n_;
  }
  // An endless loop is no end.
  void run() {
    {
      std::lock_guard hold(mu_);
      sleep(1); // expect: scope-blocking-call
    }
    serve();
  }
};
