// Unlocked twice, never, as the wrong kind, or although nobody has it.
#include <deque>
#include <functional>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace twice {
class Journal {
public:
  bool append(int entry) noexcept {
    mutex_.lock();
    const bool full = used_ == 64;
    if (full)
      mutex_.unlock();
    else
      entries_[used_++] = entry;
    mutex_.unlock(); // expect: scope-manual-lock "'mutex_' is unlocked twice"
    return !full;
  }
  int last() {
    std::unique_lock<std::mutex> hold(mutex_);
    int entry = used_ ? entries_[used_ - 1] : -1;
    hold.unlock();
    hold.unlock(); // expect: scope-manual-lock "'hold' is unlocked twice"
    return entry;
  }

private:
  std::mutex mutex_;
  int entries_[64];
  int used_ = 0;
};

pthread_mutex_t sizes_mutex = PTHREAD_MUTEX_INITIALIZER;
static int sizes[8];
void resize(int which, int to) {
  pthread_mutex_lock(&sizes_mutex);
  sizes[which] = to;
  pthread_mutex_unlock(&sizes_mutex);
  if (to > 4)
    to = 4;
  pthread_mutex_unlock(&sizes_mutex); // expect: scope-manual-lock "sizes_mutex' is unlocked twice"
}
} // namespace twice

namespace guarded {
class Tally {
public:
  void add(int n) {
    std::lock_guard<std::mutex> hold(mutex_);
    sum_ += n;
    mutex_.unlock(); // expect: scope-manual-lock "once more by the guard that locked it"
  }
  int take() {
    std::unique_lock<std::mutex> first(mutex_);
    std::unique_lock<std::mutex> second(std::move(first));
    int sum = std::exchange(sum_, 0);
    first.unlock(); // expect: scope-manual-lock "'first' has given its lock away"
    return sum;
  }

private:
  std::mutex mutex_;
  int sum_ = 0;
};

class Kept {
public:
  int peek(bool log) {
    std::unique_lock<std::mutex> hold(mutex_); // expect: scope-manual-lock "'mutex_' stays locked when 'guarded::Kept::peek' returns"
    int value = value_;
    hold.release();
    return log ? -value : value;
  }
  void set(int value) {
    std::lock_guard<std::mutex> hold(mutex_);
    value_ = value;
  }

private:
  std::mutex mutex_;
  int value_ = 0;
};
} // namespace guarded

namespace modes {
class Table {
public:
  int at(int i) noexcept {
    mutex_.lock_shared();
    int cell = cells_[i];
    mutex_.unlock(); // expect: scope-manual-lock "is locked shared and unlocked as if it were locked for writing"
    return cell;
  }
  void set(int i, int cell) noexcept {
    mutex_.lock();
    cells_[i] = cell;
    mutex_.unlock_shared(); // expect: scope-manual-lock "is locked for writing and unlocked as if it were shared"
  }

private:
  std::shared_mutex mutex_;
  int cells_[4] = {};
};
} // namespace modes

namespace tried {
class Meter {
public:
  bool tick() noexcept {
    bool mine = mutex_.try_lock();
    if (mine)
      ++ticks_;
    mutex_.unlock(); // expect: scope-manual-lock "unlocked even where it could not be locked"
    return mine;
  }

private:
  std::mutex mutex_;
  int ticks_ = 0;
};
} // namespace tried

namespace ways {
// The next turn finds it locked.
static pthread_mutex_t ages_mutex = PTHREAD_MUTEX_INITIALIZER;
static int ages[16];
void age() {
  for (int i = 0; i < 16; ++i) {
    pthread_mutex_lock(&ages_mutex); // expect: scope-manual-lock "stays locked on a path out of 'ways::age'"
    if (ages[i] == 0)
      continue;
    --ages[i];
    pthread_mutex_unlock(&ages_mutex);
  }
}

class Steps {
public:
  void run() {
    std::unique_lock<std::mutex> hold(mutex_, std::defer_lock);
    for (int step : {1, 2, 3}) {
      hold.lock(); // expect: scope-manual-lock "locked again in the next turn of the loop"
      done_ += step;
    }
  }

private:
  std::mutex mutex_;
  int done_ = 0;
};

// One of two is unlocked, the other was locked.
class Pair {
public:
  void bump() noexcept {
    left_mutex_.lock(); // expect: scope-manual-lock "'left_mutex_' stays locked when 'ways::Pair::bump' returns"
    ++left_;
    right_mutex_.unlock();
  }
  void both() {
    std::scoped_lock hold(left_mutex_, right_mutex_);
    ++left_, ++right_;
  }

private:
  std::mutex left_mutex_, right_mutex_;
  int left_ = 0, right_ = 0;
};

class Gate {
public:
  void pass(int load) noexcept {
    mutex_.lock(); // expect: scope-manual-lock "stays locked on a path"
    load_ += load;
    if (load_ < 100)
      mutex_.unlock();
  }

private:
  std::mutex mutex_;
  int load_ = 0;
};
} // namespace ways

namespace turns {
struct Slot {
  std::mutex m;
  int state = 0, n = 0;
  Slot *next = nullptr;
};
void skipsOne(std::vector<Slot> &slots) {
  for (auto &s : slots) {
    s.m.lock(); // expect: scope-manual-lock "'s.m' is locked by hand, and stays locked"
    if (s.state == 0)
      continue; // note@-2: "the next turn of the loop begins with 's.m' locked"
    s.n++;
    s.m.unlock();
  }
}
void skipsInList(Slot *head) {
  for (Slot *s = head; s; s = s->next) {
    s->m.lock(); // expect: scope-manual-lock "stays locked on a path out of"
    if (s->state == 0)
      continue;
    s->n++;
    s->m.unlock();
  }
}
void breaksOut(Slot *s, int n) {
  for (int i = 0; i < n; ++i) {
    s[i].m.lock(); // expect: scope-manual-lock "stays locked on a path out of"
    if (s[i].state == 0)
      break;
    s[i].n++;
    s[i].m.unlock();
  }
}
void breaksOutOfOne(Slot *s, int n) {
  while (n--) {
    s->m.lock(); // expect: scope-manual-lock "stays locked on a path out of"
    if (s->state == 0)
      break;
    s->n++;
    s->m.unlock();
  }
}
void breaksLocked(Slot &s, int n) {
  while (true) {
    s.m.lock(); // expect: scope-manual-lock "around code that can leave early"
    if (s.n > n)
      break;
    s.m.unlock();
    ++n;
  }
  s.state = 1;
  s.m.unlock();
}
class Queue {
public:
  void drainAndLock() {
    m_.lock(); // expect: scope-manual-lock "around code that can leave early"
    while (!jobs_.empty()) {
      auto job = jobs_.back();
      jobs_.pop_back();
      m_.unlock();
      job();
      m_.lock();
    }
    m_.unlock();
  }
  void drain() {
    m_.lock();
    while (!jobs_.empty()) {
      auto job = jobs_.back();
      jobs_.pop_back();
      m_.unlock(); // note: "it is unlocked here, and not locked again"
      job();
    }
    m_.unlock(); // expect: scope-manual-lock "'m_' is unlocked twice"
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
    MutexLock hold(&mutex_); // note: "the caller's guard locks it"
    int status = makeRoom();
    return status < 0 ? status : append(key);
  }

private:
  int makeRoom() {
    while (full_) {
      mutex_.Unlock(); // note: "it is unlocked here"
      int status = compact();
      if (status < 0)
        return status; // expect: scope-manual-lock "'mutex_' is left unlocked on this way out, and locked on others: a guard in 'relock::Store::write' unlocks it again"
      mutex_.Lock();
    }
    return 0;
  }
  int append(int key);
  int compact();
  Mutex mutex_;
  bool full_ = false;
};
} // namespace relock
