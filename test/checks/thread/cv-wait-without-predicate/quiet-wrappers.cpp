// Functions that wait for callers who have locked, and who loop.
#include <condition_variable>
#include <mutex>

// trap: it locks nothing itself
class Monitor {
  std::timed_mutex mu_;
  std::condition_variable_any cv_;

public:
  std::timed_mutex &mutex() { return mu_; }
  int waitForever() {
    std::unique_lock<std::timed_mutex> lock(mu_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
    return 0;
  }
};
