#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// trap: this one is a lock
class SpinLock {
public:
  void lock() {
    while (flag_.exchange(true))
      ;
  }
  void unlock() { flag_ = false; }
  bool try_lock() { return !flag_.exchange(true); }

private:
  std::atomic<bool> flag_{false};
};

// trap: a lock with a name
class NamedMutex {
public:
  explicit NamedMutex(std::string name) : name_(std::move(name)) {}
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }

private:
  std::mutex mu_;
  std::string name_;
};

// trap: private
class Inventory {
public:
  void add(int x) {
    lock();
    items_.push_back(x);
    unlock();
  }

private:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }
  std::mutex mu_;
  std::vector<int> items_;
};

// trap: a door, not a mutex
class Door {
public:
  void lock() { locked_ = true; }
  void unlock() { locked_ = false; }
  void paint(int colour) { colour_ = colour; }

private:
  bool locked_ = false;
  int colour_ = 0;
};

// trap: std::weak_ptr's way
class Handle {
public:
  std::shared_ptr<int> lock() const { return value_.lock(); }
  void drop() { value_.reset(); }

private:
  std::weak_ptr<int> value_;
};

// trap: locks and unlocks in one go
class Counter {
public:
  void lockAndAdd() {
    mu_.lock();
    ++n_;
    mu_.unlock();
  }
  void unlockedAdd() { ++n_; }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: scoped access
class Journal {
public:
  template <typename F> void withLock(F &&f) {
    std::lock_guard lock(mu_);
    f(lines_);
  }

private:
  std::mutex mu_;
  std::vector<std::string> lines_;
};
void use() {
  Journal j;
  j.withLock([](std::vector<std::string> &v) { v.clear(); });
}
