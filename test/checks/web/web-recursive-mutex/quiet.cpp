// Mutexes that are not recursive, and wrappers.
#include <mutex>
#include <shared_mutex>

class Queue {
public:
  void push(int n) {
    std::lock_guard lock(mu_);
    n_ += n;
  }

private:
  // trap: plain
  std::mutex mu_;
  // trap: shared
  std::shared_mutex table_;
  // trap: timed
  std::timed_mutex timed_;
  int n_ = 0;
};
// trap: a reference to somebody else's
class Borrower {
public:
  explicit Borrower(std::recursive_mutex &m) : mu_(m) {}
  void run() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::recursive_mutex &mu_;
  int n_ = 0;
};
// trap: a wrapper that is a lock
class Lock {
public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }

private:
  std::recursive_mutex mu_;
};
