// Bare accesses that somebody else has locked for, or that need no lock.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <string>
#include <vector>

class Mutex {
  std::mutex mu_;

public:
  void Lock() { mu_.lock(); }
  void Unlock() { mu_.unlock(); }
  void AssertHeld() {}
};
class MutexLock {
  Mutex *const mu_;

public:
  explicit MutexLock(Mutex *mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() { mu_->Unlock(); }
};

class Jobs {
  Mutex mu_;
  int pending_ = 0;

public:
  void add() {
    MutexLock lock(&mu_);
    ++pending_;
  }
  void remove() {
    MutexLock lock(&mu_);
    --pending_;
  }
  // trap: it asserts that its caller has locked
  void drop() {
    mu_.AssertHeld();
    --pending_;
  }
  // trap: there for tests
  int TEST_pending() { return pending_; }
  int pendingForTesting() { return pending_; }
  // trap: an assertion is no use
  void end() { assert(pending_ == 0); }
  // trap: nobody else knows the object yet
  void initialize(int n) { pending_ = n; }
  void Open(int n) { pending_ = n; }
};

// trap: what is called LockX locks, so X does not
class Player {
  std::mutex mu_;
  int state_ = 0;

public:
  int LockGetState() {
    std::lock_guard lock(mu_);
    return GetState();
  }
  void LockStop() {
    std::lock_guard lock(mu_);
    state_ = 0;
  }
  void LockPlay() {
    std::lock_guard lock(mu_);
    state_ = 1;
  }
  int GetState() const { return state_; }
  void Pause() { state_ = 2; }
};

// trap: a callers' caller has the lock
class Pipe {
  std::mutex mu_;
  int format_ = 0;

public:
  void push(int f) {
    std::lock_guard lock(mu_);
    format_ = f;
  }
  void clear() {
    std::lock_guard lock(mu_);
    format_ = 0;
    check();
  }
  void check() { same(1); }
  bool same(int f) const { return format_ == f; }
};

// trap: a guard that is passed in stands for some lock
class Stream {
  int error_ = 0;

public:
  std::mutex &mutex;
  explicit Stream(std::mutex &m) : mutex(m) {}
  void fail() {
    std::lock_guard lock(mutex);
    error_ = 1;
  }
  void reset() {
    std::lock_guard lock(mutex);
    error_ = 0;
  }
  bool failed() const { return error_ != 0; }
};

// trap: the order of a queue, asked by the library while the lock is held
struct Entry {
  int when = 0;
};
class Timers {
  struct Later {
    bool operator()(const Entry *a, const Entry *b) const {
      return a->when > b->when;
    }
  };
  std::mutex mu_;
  Entry one_;
  std::priority_queue<Entry *, std::vector<Entry *>, Later> queue_;

public:
  void arm(int n) {
    std::lock_guard lock(mu_);
    one_.when = n;
    queue_.push(&one_);
  }
  void disarm() {
    std::lock_guard lock(mu_);
    one_.when = 0;
  }
};

// trap: plain data cannot lock for whoever has it
struct State {
  long pos = 0, synced = 0;
  bool isSynced() const { return pos == synced; }
};
class File {
  std::mutex mu_;
  State state_;

public:
  void append(long n) {
    std::lock_guard lock(mu_);
    state_.pos += n;
  }
  void sync() {
    std::lock_guard lock(mu_);
    state_.synced = state_.pos;
  }
};

// trap: an accessor that locks, and a part of a bundle that is set once
class Log {
  std::mutex mu_;
  std::string status_;

public:
  std::string &status() {
    std::lock_guard lock(mu_);
    return status_;
  }
  void set(std::string s) {
    std::lock_guard lock(mu_);
    status_ = s;
  }
  void clear() {
    std::lock_guard lock(mu_);
    status_.clear();
  }
};
class Owner {
  Log log_;

public:
  std::string text() { return log_.status(); }
};
class Link {
  struct Stats {
    int sent = 0, lost = 0;
    long start = 0;
  };
  std::mutex mu_;
  Stats stats_;

public:
  explicit Link(long now) { stats_.start = now; }
  void sent() {
    std::lock_guard lock(mu_);
    ++stats_.sent;
  }
  void lost() {
    std::lock_guard lock(mu_);
    ++stats_.lost;
  }
  long age(long now) const { return now - stats_.start; }
};

// trap: a class that synchronises through its base
class EventBase {
  std::mutex mu_;
  std::condition_variable cv_;
  bool set_ = false;

public:
  void set() {
    std::lock_guard lock(mu_);
    set_ = true;
    cv_.notify_all();
  }
  void reset() {
    std::lock_guard lock(mu_);
    set_ = false;
  }
};
class Event : public EventBase {};
class Thread {
  std::mutex mu_;
  Event done_;
  int target_ = 0;

public:
  void start() {
    std::lock_guard lock(mu_);
    ++target_;
    done_.reset();
  }
  void stop() {
    std::lock_guard lock(mu_);
    --target_;
    done_.reset();
  }
  void finish() { done_.set(); }
};

// trap: a guard whose destructor unlocks by its own unlock()
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
class Center {
  std::mutex mu_;
  std::vector<int> observers_;

public:
  void add(int n) {
    std::lock_guard lock(mu_);
    observers_.push_back(n);
  }
  void drop() {
    std::lock_guard lock(mu_);
    observers_.pop_back();
  }
  std::vector<int> post() {
    ScopedLockWithUnlock<std::mutex> lock(mu_);
    std::vector<int> copy(observers_);
    lock.unlock();
    return copy;
  }
};

// trap: a table that locks its buckets
class Table {
  std::mutex *locks_ = new std::mutex[16];
  std::vector<int> buckets_;

public:
  void insert(int n) {
    std::lock_guard lock(locks_[n % 16]);
    buckets_.push_back(n);
  }
  void clear() { buckets_.clear(); }
};
struct Metadata {
  Table blocks;
  void clear() { blocks.clear(); }
  void insert(int n) { blocks.insert(n); }
};
class Tier {
  std::mutex mu_;
  Metadata metadata_;
  int size_ = 0;

public:
  void insert(int n) {
    std::lock_guard lock(mu_);
    size_ += n;
    metadata_.insert(n);
  }
  void close() {
    std::lock_guard lock(mu_);
    size_ = 0;
    metadata_.clear();
  }
  void touch(int n) { metadata_.insert(n); }
};
