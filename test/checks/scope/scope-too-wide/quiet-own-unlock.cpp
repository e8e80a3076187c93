// A guard whose destructor unlocks by its own unlock(), called early.
#include <mutex>
#include <vector>

template <class M> class ScopedLockWithUnlock {
  M *mutex_;

public:
  explicit ScopedLockWithUnlock(M &mutex) : mutex_(&mutex) { mutex_->lock(); }
  ~ScopedLockWithUnlock() {
    try {
      unlock();
    } catch (...) {
    }
  }
  void unlock() {
    if (mutex_) {
      mutex_->unlock();
      mutex_ = nullptr;
    }
  }
};
void tell(int);
class Center {
  std::mutex mu_;
  std::vector<int> observers_;

public:
  void add(int n) {
    std::lock_guard lock(mu_);
    observers_.push_back(n);
  }
  // trap: the lock is free before the loop
  void post() {
    ScopedLockWithUnlock<std::mutex> lock(mu_);
    std::vector<int> copy(observers_);
    lock.unlock();
    for (int o : copy)
      tell(o);
  }
};
