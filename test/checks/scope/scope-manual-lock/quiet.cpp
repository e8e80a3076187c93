// Locking by hand that cannot go wrong, or is somebody's job.
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <string>
#include <vector>

class Names {
  std::mutex mu_;
  std::mutex other_;
  std::vector<std::string> all_;
  int n_ = 0;

  void bump() noexcept { ++n_; }

public:
  // trap: straight on, and nothing throws
  void count() {
    mu_.lock();
    ++n_;
    mu_.unlock();
  }
  // trap: a noexcept call
  void counted() {
    mu_.lock();
    bump();
    mu_.unlock();
  }
  // trap: a guard
  void add(const std::string &name) {
    std::lock_guard hold(mu_);
    all_.push_back(name);
  }
  // trap: adopted
  void adopted(const std::string &name) {
    mu_.lock();
    std::lock_guard hold(mu_, std::adopt_lock);
    all_.push_back(name);
  }
  // trap: std::lock and guards that adopt
  void both() {
    std::lock(mu_, other_);
    std::lock_guard first(mu_, std::adopt_lock);
    std::lock_guard second(other_, std::adopt_lock);
    all_.clear();
  }
  // trap: functions whose job it is
  void lockAll() {
    mu_.lock();
    other_.lock();
  }
  void unlockAll() {
    other_.unlock();
    mu_.unlock();
  }
  // trap: a flag decides about both
  void flagged(bool lock) {
    if (lock)
      mu_.lock();
    ++n_;
    if (lock)
      mu_.unlock();
  }
  // trap: gives the lock back for a while
  void relax(std::unique_lock<std::mutex> &hold) {
    hold.unlock();
    all_.shrink_to_fit();
    hold.lock();
  }
  // trap: tried
  bool tried() {
    if (!mu_.try_lock())
      return false;
    ++n_;
    mu_.unlock();
    return true;
  }
  // trap: exceptions are caught before they leave
  void caught(const std::string &name) {
    mu_.lock();
    try {
      all_.push_back(name);
    } catch (...) {
      --n_;
    }
    mu_.unlock();
  }
  // trap: a branch inside, but one way out
  void branch(bool up) {
    mu_.lock();
    if (up)
      ++n_;
    else
      --n_;
    mu_.unlock();
  }
  // trap: an early return before the lock
  void early(int i) {
    if (i < 0)
      return;
    mu_.lock();
    n_ = i;
    mu_.unlock();
  }
};

// trap: a wrapper is there to lock by hand
class Spin {
  std::mutex mu_;

public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }
  bool try_lock() { return mu_.try_lock(); }
};

// trap: a guard of one's own
class Holder {
  std::mutex &mu_;

public:
  explicit Holder(std::mutex &mu) : mu_(mu) { mu_.lock(); }
  ~Holder() { mu_.unlock(); }
};

// trap: C locks around C++ that may throw: there is no guard for them
static pthread_mutex_t old = PTHREAD_MUTEX_INITIALIZER;
static std::vector<int> numbers;
void append(int n) {
  pthread_mutex_lock(&old);
  numbers.push_back(n);
  pthread_mutex_unlock(&old);
}
// trap: each way out unlocks, in C's style
int first() {
  pthread_mutex_lock(&old);
  if (numbers.empty()) {
    pthread_mutex_unlock(&old);
    return 0;
  }
  int n = numbers[0];
  pthread_mutex_unlock(&old);
  return n;
}

// Macros of a project, on every path.
#define TAKE(x) (x).lock()
#define GIVE(x) (x).unlock()
class ByMacro {
public:
  int take(int n) {
    TAKE(mu_); // trap: the project's way to do it
    if (count_ < n) {
      GIVE(mu_);
      return 0;
    }
    count_ -= n;
    GIVE(mu_);
    return n;
  }

private:
  std::mutex mu_;
  int count_ = 0;
};
