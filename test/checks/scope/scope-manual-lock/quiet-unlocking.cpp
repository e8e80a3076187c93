// Unlocked once on every way, however it looks.
#include <deque>
#include <vector>
#include <functional>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <utility>

namespace once {
class Journal {
public:
  // trap: locked again between the two
  void flush() noexcept {
    mutex_.lock();
    int count = used_;
    used_ = 0;
    mutex_.unlock();
    write(count);
    mutex_.lock();
    written_ += count;
    mutex_.unlock();
  }
  // trap: the second unlock is of what the caller locked
  void pauseLocked() noexcept {
    mutex_.unlock();
    write(0);
    mutex_.lock();
  }
  void rest() noexcept {
    mutex_.lock();
    pauseLocked();
    ++used_;
    mutex_.unlock();
  }

private:
  static void write(int) noexcept;
  std::mutex mutex_;
  int used_ = 0, written_ = 0;
};

class Tally {
public:
  // trap: unlocked under its guard, and locked again before the guard ends
  void slow(int n) {
    std::lock_guard<std::mutex> hold(mutex_);
    sum_ += n;
    mutex_.unlock();
    work();
    mutex_.lock();
    sum_ += n;
  }
  // trap: the guard has let go before
  int take() {
    std::unique_lock<std::mutex> hold(mutex_);
    int sum = sum_;
    hold.release();
    mutex_.unlock();
    return sum;
  }
  // trap: the guard that it was moved to is unlocked, and the first is used
  // again afterwards
  int swap() {
    std::unique_lock<std::mutex> first(mutex_);
    std::unique_lock<std::mutex> second(std::move(first));
    int sum = std::exchange(sum_, 0);
    second.unlock();
    first = std::unique_lock<std::mutex>(mutex_);
    ++sum_;
    first.unlock();
    return sum;
  }
  // trap: it is locked again in the same turn
  void loop() {
    std::unique_lock<std::mutex> hold(mutex_, std::defer_lock);
    for (int i = 0; i < 3; ++i) {
      hold.lock();
      ++sum_;
      hold.unlock();
    }
  }

private:
  static void work() noexcept;
  std::mutex mutex_;
  int sum_ = 0;
};

class Table {
public:
  int at(int i) noexcept {
    mutex_.lock_shared();
    int cell = cells_[i];
    mutex_.unlock_shared();
    return cell;
  }

private:
  std::shared_mutex mutex_;
  int cells_[4] = {};
};

// trap: pthread's unlock is the same for readers and writers
static pthread_rwlock_t names_lock = PTHREAD_RWLOCK_INITIALIZER;
static int names;
int countNames() {
  pthread_rwlock_rdlock(&names_lock);
  int count = names;
  pthread_rwlock_unlock(&names_lock);
  return count;
}

// trap: where locking fails there is nothing to unlock
static pthread_mutex_t total_mutex = PTHREAD_MUTEX_INITIALIZER;
static int total;
int add(int n) {
  if (pthread_mutex_lock(&total_mutex) != 0)
    return -1;
  total += n;
  pthread_mutex_unlock(&total_mutex);
  return 0;
}

class Meter {
public:
  // trap: unlocked only where it was locked
  bool tick() noexcept {
    bool mine = mutex_.try_lock();
    if (mine) {
      ++ticks_;
      mutex_.unlock();
    }
    return mine;
  }
  bool tock() noexcept {
    if (!mutex_.try_lock())
      return false;
    ++ticks_;
    mutex_.unlock();
    return true;
  }

private:
  std::mutex mutex_;
  int ticks_ = 0;
};

// trap: another method unlocks it
class Session {
public:
  void begin() noexcept {
    mutex_.lock();
    ++open_;
  }
  void end() noexcept {
    --open_;
    mutex_.unlock();
  }

private:
  std::mutex mutex_;
  int open_ = 0;
};

// trap: unlocked by another method, if it succeeds
class Cursor {
public:
  bool advance(int to) noexcept {
    mutex_.lock();
    if (to > 9) {
      mutex_.unlock();
      return false;
    }
    at_ = to;
    return true;
  }
  void leave() noexcept { mutex_.unlock(); }

private:
  std::mutex mutex_;
  int at_ = 0;
};

// trap: locked and unlocked under the same flag
class Optional {
public:
  void bump(bool threaded) noexcept {
    if (threaded)
      mutex_.lock();
    ++count_;
    if (threaded)
      mutex_.unlock();
  }

private:
  std::mutex mutex_;
  int count_ = 0;
};
} // namespace once

namespace asserted {
class Mutex {
public:
  void Lock() { mu_.lock(); }
  void Unlock() { mu_.unlock(); }
  void AssertHeld() {}

private:
  std::mutex mu_;
};

class Heap {
public:
  void pop(bool locked = false) {
    if (!locked)
      mu_.Lock(); // trap: held on every way from there, but not by this function on every way
    mu_.AssertHeld();
    ++top_;
    if (!locked)
      mu_.Unlock();
  }
  void pop_all() {
    mu_.Lock();
    while (top_ < 9)
      pop(true);
    mu_.Unlock();
  }

private:
  Mutex mu_;
  int top_ = 0;
};
} // namespace asserted

namespace turns {
struct Slot {
  std::mutex m;
  int state = 0, n = 0;
};
void lockAllThenUnlockAll(Slot *s, int n) {
  for (int i = 0; i < n; ++i) {
    s[i].m.lock(); // trap: unlocked in the second loop
    if (s[i].state == 0)
      continue;
    s[i].n++;
  }
  for (int i = 0; i < n; ++i)
    s[i].m.unlock();
}
class Queue {
public:
  void drainOne() {
    std::unique_lock<std::mutex> hold(m_);
    while (!jobs_.empty()) {
      auto job = jobs_.back();
      jobs_.pop_back();
      hold.unlock();
      job();
      if (jobs_.size() > 9)
        return; // trap: the guard has nothing to unlock
      hold.lock();
    }
  }

private:
  std::mutex m_;
  std::vector<std::function<void()>> jobs_;
};
} // namespace turns

namespace relock {
class Mutex {
public:
  void Lock() { m_.lock(); }
  void Unlock() { m_.unlock(); }

private:
  std::mutex m_;
};
class MutexLock {
public:
  explicit MutexLock(Mutex *m) : m_(m) { m_->Lock(); }
  ~MutexLock() { m_->Unlock(); }

private:
  Mutex *const m_;
};
class Store {
public:
  int write(int key) {
    MutexLock hold(&mutex_);
    int status = makeRoom();
    return status < 0 ? status : append(key);
  }
  bool tryFlush() {
    mutex_.Lock();
    if (!flushOrLeave())
      return false;
    mutex_.Unlock();
    return true;
  }

private:
  int makeRoom() {
    while (full_) {
      mutex_.Unlock();
      int status = compact();
      mutex_.Lock();
      if (status < 0)
        return status; // trap: locked again before
    }
    return 0;
  }
  bool flushOrLeave() {
    if (full_) {
      mutex_.Unlock();
      return false; // trap: its caller knows, and has no guard
    }
    return true;
  }
  int append(int key);
  int compact();
  Mutex mutex_;
  bool full_ = false;
};
} // namespace relock
