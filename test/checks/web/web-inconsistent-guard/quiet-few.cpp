// Few uses that say nothing.
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <vector>

// trap: most functions use it bare: the lock is for something else
class Mostly {
public:
  void step() {
    std::lock_guard<std::mutex> hold(mutex_);
    queue_.push_back(position_);
    position_ = 0;
  }
  int position() { return position_; }
  void move() { ++position_; }
  void back() { --position_; }

private:
  std::mutex mutex_;
  std::vector<int> queue_;
  int position_ = 0;
};

// trap: only ever read under the lock, and set before anybody waits for it
class Limits {
public:
  void use() {
    std::lock_guard<std::mutex> hold(mutex_);
    used_ += limit_;
  }
  void setLimit(int limit) { limit_ = limit; }

private:
  std::mutex mutex_;
  int used_ = 0;
  int limit_ = 1;
};

// trap: an atomic flag
class Ready {
public:
  void wait() {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait(hold, [this] { return ready_.load(); });
  }
  void set() {
    {
      std::lock_guard<std::mutex> hold(mutex_);
      ready_ = true;
    }
    changed_.notify_all();
  }
  bool isReady() { return ready_; }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> ready_{false};
};

// trap: what was read under the lock is a local
class Quota {
public:
  void add(int n) {
    std::lock_guard<std::mutex> hold(mutex_);
    used_ += n;
  }
  bool take() {
    std::unique_lock<std::mutex> hold(mutex_);
    const int used = ++used_;
    hold.unlock();
    return used > 9;
  }

private:
  std::mutex mutex_;
  int used_ = 0;
};

// trap: written under both locks, so either is enough to read
class Both {
public:
  void set(int v) {
    std::scoped_lock hold(left_mutex_, right_mutex_);
    value_ = v;
  }
  int left() {
    std::lock_guard<std::mutex> hold(left_mutex_);
    return value_;
  }
  int leftAgain() {
    std::lock_guard<std::mutex> hold(left_mutex_);
    return value_ + 1;
  }
  int right() {
    std::lock_guard<std::mutex> hold(right_mutex_);
    return value_;
  }

private:
  std::mutex left_mutex_, right_mutex_;
  int value_ = 0;
};

// trap: a reader that reads, through methods that are not const
class Cache {
public:
  void put(int key, int value) {
    std::unique_lock<std::shared_mutex> hold(mutex_);
    values_[key] = value;
  }
  int get(int key) {
    std::shared_lock<std::shared_mutex> hold(mutex_);
    auto it = values_.find(key);
    return it == values_.end() ? 0 : it->second;
  }
  // trap: counted atomically
  int count(int key) {
    std::shared_lock<std::shared_mutex> hold(mutex_);
    ++asked_;
    return int(values_.count(key));
  }

private:
  std::shared_mutex mutex_;
  std::map<int, int> values_;
  std::atomic<int> asked_{0};
};

// trap: the helper's callers all have the lock, or are not open to all
class Series {
public:
  Series() { trim(); }
  void add(int v) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_.push_back(v);
    trim();
  }
  void init() { trim(); }
  void shrinkUnlocked() { trim(); }

private:
  void trim() {
    while (values_.size() > 9)
      values_.pop_back();
  }
  std::mutex mutex_;
  std::vector<int> values_;
};

class __attribute__((capability("mutex"))) Mutex {
public:
  void Lock() __attribute__((acquire_capability()));
  void Unlock() __attribute__((release_capability()));
  void AssertHeld() __attribute__((assert_capability(this)));
};
class __attribute__((scoped_lockable)) MutexLock {
public:
  explicit MutexLock(Mutex *mutex) __attribute__((acquire_capability(mutex)));
  ~MutexLock() __attribute__((release_capability()));
};
class Annotated {
public:
  void add() {
    MutexLock hold(&mutex_);
    bump();
  }
  // trap: it requires the lock in turn
  void addTwice() __attribute__((requires_capability(mutex_))) {
    bump();
    bump();
  }
  // trap: it says that it is locked
  void addOnce() {
    mutex_.AssertHeld();
    bump();
  }

private:
  void bump() __attribute__((requires_capability(mutex_))) { ++count_; }
  Mutex mutex_;
  int count_ __attribute__((guarded_by(mutex_))) = 0;
};

// trap: the caller says whether a lock is needed, and both ways do the same
class Either {
public:
  int next(bool shared) {
    if (shared) {
      std::lock_guard<std::mutex> hold(mutex_);
      return ++value_;
    }
    return ++value_;
  }
  // trap: what was published is read without a lock
  int cached(int key) {
    if (ready_.load(std::memory_order_acquire))
      return made_;
    std::lock_guard<std::mutex> hold(mutex_);
    made_ = key * 2;
    ready_.store(true, std::memory_order_release);
    return key * 2;
  }
  // trap: the name says that others have locked
  int valueLocked() { return value_; }
  int countNoLock() { return value_; }

private:
  std::mutex mutex_;
  std::atomic<bool> ready_ = false;
  int value_ = 0, made_ = 0;
};
