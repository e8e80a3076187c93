#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

// trap: guards and std::lock need a way to it
class Account {
public:
  void transfer(Account &to, int x) {
    std::lock(mu_, to.mu_);
    std::lock_guard a(mu_, std::adopt_lock);
    std::lock_guard b(to.mu_, std::adopt_lock);
    balance_ -= x;
    to.balance_ += x;
  }
  void swap(Account &other) {
    std::scoped_lock lock(mu_, other.mu_);
    std::swap(balance_, other.balance_);
  }
  int wait() {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [this] { return balance_ > 0; });
    return balance_;
  }

private:
  std::mutex mu_;
  std::condition_variable changed_;
  int balance_ = 0;
};

// trap: a helper that is given the lock for the time of the call
static void lockAnd(std::mutex &mu, int &x) {
  std::lock_guard lock(mu);
  ++x;
}

class Counter {
public:
  void add() { lockAnd(mu_, n_); }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: private accessors stay inside
class Inside {
public:
  void touch() { std::lock_guard lock(mutex()); }

private:
  std::mutex &mutex() { return mu_; }
  std::mutex mu_;
};

// trap: thread-safety analysis: the getter says what it is for
class __attribute__((capability("mutex"))) Annotated {
public:
  void lock() __attribute__((acquire_capability())) { mu_.lock(); }
  void unlock() __attribute__((release_capability())) { mu_.unlock(); }

private:
  std::mutex mu_;
};
class Checked {
public:
  Annotated &mutex() __attribute__((lock_returned(mu_))) { return mu_; }
  void touch() {
    mu_.lock();
    ++n_;
    mu_.unlock();
  }

private:
  Annotated mu_;
  int n_ __attribute__((guarded_by(mu_))) = 0;
};

// trap: a lock made of a lock
class FairLock {
public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }
  std::mutex &native_handle() { return mu_; }

private:
  std::mutex mu_;
};

// trap: the lock was handed in, and is not this class's to hide
class View {
public:
  explicit View(std::mutex &mu) : mu_(mu) {}
  std::mutex &mutex() { return mu_; }

private:
  std::mutex &mu_;
};

// trap: a part of the class, which shares its lock
class Tree {
public:
  void prune() {
    std::lock_guard lock(mu_);
    cursor_.reset();
  }

private:
  class Cursor {
  public:
    explicit Cursor(std::mutex &mu) : mu_(&mu) {}
    void reset() {}

  private:
    std::mutex *mu_;
  };
  std::mutex mu_;
  Cursor cursor_{mu_};
};

// trap: other people's locks
class Registry {
public:
  std::mutex *find(int i) {
    std::lock_guard lock(mu_);
    return locks_[i];
  }

private:
  std::mutex mu_;
  std::vector<std::mutex *> locks_;
};

// trap: private to this file
static std::mutex fileLock;
static std::mutex &fileLockRef() { return fileLock; }
void touchFile() { std::lock_guard lock(fileLockRef()); }

// trap: a guard of one's own
class Guard {
public:
  explicit Guard(std::mutex &mu) : mu_(mu) { mu_.lock(); }
  ~Guard() { mu_.unlock(); }
  Guard(const Guard &) = delete;
  std::mutex &mutex() { return mu_; }

private:
  std::mutex &mu_;
};
class UsesGuard {
public:
  void touch() { Guard g(mu_); }

private:
  std::mutex mu_;
};

// trap: kept by an object of this very scope
class Unlocked {
public:
  explicit Unlocked(std::mutex &mu) : mu_(&mu) { mu_->unlock(); }
  ~Unlocked() { mu_->lock(); }
  void nothing() {}
  int used = 0;

private:
  std::mutex *mu_;
};
class Pausing {
public:
  void run() {
    mu_.lock();
    {
      Unlocked pause(mu_);
      pause.nothing();
    }
    mu_.unlock();
  }

private:
  std::mutex mu_;
};
