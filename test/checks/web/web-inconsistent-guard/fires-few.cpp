// Few uses that say enough.
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

// One writer with the lock, one reader without.
class Level {
public:
  void set(int level) {
    std::lock_guard<std::mutex> hold(mutex_);
    level_ = level;
  }
  int get() { return level_; } // expect: web-inconsistent-guard "'Level::get' reads 'level_' without 'Level::mutex_'"

private:
  std::mutex mutex_;
  int level_ = 0;
};

// The flag of a wait, set without the lock: the waiter can miss it.
class Ready {
public:
  void wait() {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait(hold, [this] { return ready_; });
  }
  void set() {
    ready_ = true; // expect: web-inconsistent-guard "'Ready::set' writes 'ready_' without"
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
};

// Read again after the lock is gone.
class Quota {
public:
  void add(int n) {
    std::lock_guard<std::mutex> hold(mutex_);
    used_ += n;
  }
  bool take() {
    std::unique_lock<std::mutex> hold(mutex_);
    ++used_;
    hold.unlock();
    return used_ > 9; // expect: web-inconsistent-guard "'Quota::take' reads 'used_' without"
  }

private:
  std::mutex mutex_;
  int used_ = 0;
};

// Two locks, and a field under either.
class Split {
public:
  void set(int v) {
    std::lock_guard<std::mutex> hold(left_mutex_);
    value_ = v;
  }
  void add(int v) {
    std::lock_guard<std::mutex> hold(left_mutex_);
    value_ += v;
  }
  int get() {
    std::lock_guard<std::mutex> hold(right_mutex_);
    return value_; // expect: web-inconsistent-guard "reads 'value_' under 'Split::right_mutex_', which others use under 'Split::left_mutex_'"
  }

private:
  std::mutex left_mutex_, right_mutex_;
  int value_ = 0;
};

// A reader that writes.
class Cache {
public:
  void put(int key, int value) {
    std::unique_lock<std::shared_mutex> hold(mutex_);
    values_[key] = value;
    hits_ = 0;
  }
  int get(int key) {
    std::shared_lock<std::shared_mutex> hold(mutex_);
    ++hits_; // expect: web-inconsistent-guard "writes 'hits_' while 'Cache::mutex_' is locked only for reading"
    auto it = values_.find(key);
    return it == values_.end() ? 0 : it->second;
  }

private:
  std::shared_mutex mutex_;
  std::map<int, int> values_;
  int hits_ = 0;
};

// A helper that leaves the lock to its callers, and one that does not have it.
class Series {
public:
  void add(int v) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_.push_back(v);
    trim();
  }
  void addTwice(int v) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_.push_back(v);
    values_.push_back(v);
    trim();
  }
  void shrink() {
    trim(); // expect: web-inconsistent-guard "'Series::shrink' calls 'Series::trim', which uses 'values_', without 'Series::mutex_'"
  }

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
};
class __attribute__((scoped_lockable)) MutexLock {
public:
  explicit MutexLock(Mutex *mutex) __attribute__((acquire_capability(mutex)));
  ~MutexLock() __attribute__((release_capability()));
};
// What attributes say.
class Annotated {
public:
  void add() {
    MutexLock hold(&mutex_);
    bump();
  }
  void addTwice() {
    bump(); // expect: web-inconsistent-guard "'Annotated::addTwice' calls 'Annotated::bump' without 'Annotated::mutex_', which it requires"
  }
  int get() { return count_; } // expect: web-inconsistent-guard "'Annotated::get' reads 'count_' without"

private:
  void bump() __attribute__((requires_capability(mutex_))) { ++count_; }
  Mutex mutex_;
  int count_ __attribute__((guarded_by(mutex_))) = 0;
};

// Locks and data of one file.
static std::mutex live_mutex;
static int live;
void born() {
  std::lock_guard<std::mutex> hold(live_mutex);
  ++live;
}
void dies() {
  --live; // expect: web-inconsistent-guard "'dies' writes 'live' without"
}

// The caller says whether to write or to read; only the writer locks.
class Slot {
public:
  int exchange(bool put, int value) {
    if (put) {
      std::lock_guard<std::mutex> hold(mutex_);
      value_ = value;
      return 0;
    }
    return value_; // expect: web-inconsistent-guard "'Slot::exchange' reads 'value_' without"
  }
  int attempt(bool put, int value) {
    if (put) {
      std::lock_guard<std::mutex> hold(mutex_);
      tried_ = value;
      return 0;
    }
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock);
    if (hold.owns_lock())
      return 1;
    return tried_; // expect: web-inconsistent-guard "'Slot::attempt' reads 'tried_' without"
  }

private:
  std::mutex mutex_;
  int value_ = 0, tried_ = 0;
};

// A block is no lock, and a helper that nobody calls no vote.
class Chain {
public:
  void setBlockCount(int n) {
    std::lock_guard<std::mutex> hold(mutex_);
    blocks_ = n;
  }
  int getBlockCount() { return blocks_; } // expect: web-inconsistent-guard "'Chain::getBlockCount' reads 'blocks_' without"

private:
  int spare() { return blocks_; }
  std::mutex mutex_;
  int blocks_ = 0;
};
