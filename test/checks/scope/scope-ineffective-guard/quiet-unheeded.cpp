// Somebody looks whether the lock was got, or knows that it was.
#include <chrono>
#include <mutex>

void check(bool);

class Samples {
public:
  // trap: it goes on only where it has the lock
  bool add(int sample) noexcept {
    if (!mutex_.try_lock())
      return false;
    sum_ += sample;
    mutex_.unlock();
    return true;
  }
  // trap: the answer is kept
  bool tryAdd(int sample) {
    const bool mine = mutex_.try_lock();
    check(mine);
    if (mine) {
      sum_ += sample;
      mutex_.unlock();
    }
    return mine;
  }
  // trap: the answer is the caller's
  bool tryEnter() { return mutex_.try_lock(); }
  // trap: a way to be sure that it is unlocked
  void renew() noexcept {
    mutex_.try_lock();
    mutex_.unlock();
  }
  // trap: the guard is asked, in an expression that is no condition
  void reset() {
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock);
    check(hold.owns_lock());
    sum_ = 0;
  }
  // trap: it waits for the lock where it has not got it
  void clear() {
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock);
    if (!hold)
      hold.lock();
    sum_ = 0;
  }
  // trap: locked by hand before
  double sum() {
    mutex_.lock();
    std::lock_guard<std::mutex> hold(mutex_, std::adopt_lock);
    return sum_;
  }
  // trap: locked together before
  void take(Samples &other) {
    std::lock(mutex_, other.mutex_);
    std::lock_guard<std::mutex> mine(mutex_, std::adopt_lock);
    std::lock_guard<std::mutex> theirs(other.mutex_, std::adopt_lock);
    sum_ += other.sum_;
  }

private:
  std::mutex mutex_;
  double sum_ = 0;
};

// trap: whoever calls it has locked the lock
class Store {
public:
  void put(int value) {
    mutex_.lock();
    finish(value);
  }

private:
  void finish(int value) {
    std::lock_guard<std::mutex> hold(mutex_, std::adopt_lock);
    value_ = value;
  }
  std::mutex mutex_;
  int value_ = 0;
};

// trap: each thread has its data, and hands the lock out to those that read it
thread_local int depth;
int deeper() { return ++depth; }
