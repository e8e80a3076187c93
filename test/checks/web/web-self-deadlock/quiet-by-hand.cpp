// A guard's lock that is unlocked by hand for a while, and locked again.
#include <mutex>

class Manager {
  std::mutex mu_;
  int pending_ = 0;
  bool closing_ = false;
  void recover() {
    std::lock_guard lock(mu_);
    ++pending_;
  }

public:
  // trap: each time round, the lock is free while it recovers
  void clear() {
    while (true) {
      std::lock_guard lock(mu_);
      if (closing_)
        return;
      if (pending_ > 0) {
        mu_.unlock();
        recover();
        mu_.lock();
      }
    }
  }
};

// trap: the same, by an object that unlocks and locks again
class ScopeUnlock {
  std::mutex &mu_;

public:
  explicit ScopeUnlock(std::mutex &mu) : mu_(mu) { mu_.unlock(); }
  ~ScopeUnlock() { mu_.lock(); }
};
class Player {
  std::mutex mu_;
  int queued_ = 0;
  bool paused_ = false;
  void next() {
    std::lock_guard lock(mu_);
    --queued_;
  }

public:
  void run() {
    std::unique_lock lock(mu_);
    while (queued_ > 0) {
      if (paused_) {
        const ScopeUnlock unlock(mu_);
        next();
        continue;
      }
      {
        const ScopeUnlock unlock(mu_);
        next();
      }
      ++queued_;
    }
  }
};
