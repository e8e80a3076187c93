// Initialisation that is done once, and safely.
#include <deque>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

static std::atomic<int *> table{nullptr};
static std::mutex table_mutex;
int *atomically() {
  int *p = table.load(std::memory_order_acquire);
  if (!p) { // trap: atomic
    std::lock_guard<std::mutex> hold(table_mutex);
    p = table.load(std::memory_order_relaxed);
    if (!p) {
      p = new int[10];
      table.store(p, std::memory_order_release);
    }
  }
  return p;
}

class ByStatic {
public:
  static ByStatic &get() {
    static ByStatic instance; // trap: the language does it
    return instance;
  }
};

class ByOnce {
  std::once_flag once_;
  std::unique_ptr<int> value_;

public:
  int get() {
    std::call_once(once_, [this] { value_ = std::make_unique<int>(1); }); // trap: once
    return *value_;
  }
};

class Simple {
  std::mutex mutex_;
  std::unique_ptr<int> value_;

public:
  int get() {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!value_) // trap: under the lock
      value_ = std::make_unique<int>(1);
    return *value_;
  }
};

class Upgrades {
  std::shared_mutex mutex_;
  std::unique_ptr<int> value_;

public:
  int get() {
    {
      std::shared_lock<std::shared_mutex> read(mutex_);
      if (value_) // trap: the first look has the lock too, shared
        return *value_;
    }
    std::lock_guard<std::shared_mutex> write(mutex_);
    if (!value_)
      value_ = std::make_unique<int>(1);
    return *value_;
  }
};

class Option {
  std::mutex mutex_;
  bool locking_ = true;
  int count_ = 0;

public:
  void add() {
    if (locking_) { // trap: another variable than the one under the lock
      std::lock_guard<std::mutex> hold(mutex_);
      if (count_ == 0)
        count_ = 1;
    }
  }
};

class Reads {
  std::mutex mutex_;
  bool stopped_ = false;

public:
  bool work() {
    if (stopped_) // a race, but nothing is initialised
      return false;
    std::lock_guard<std::mutex> hold(mutex_);
    if (stopped_) // trap: looked at twice, and never set here
      return false;
    return true;
  }
  void stop() {
    std::lock_guard<std::mutex> hold(mutex_);
    stopped_ = true;
  }
};

void parameter(int *out, std::mutex &mutex) {
  if (out) { // trap: the caller's
    std::lock_guard<std::mutex> hold(mutex);
    if (out)
      *out = 1;
  }
}

class Unasked {
public:
  void replace(int n) {
    if (made_) { // trap: not the empty side
      std::lock_guard<std::mutex> hold(lazy_);
      made_ = std::make_unique<int>(n);
    }
  }
  int make() {
    std::lock_guard<std::mutex> hold(lazy_);
    if (!made_) // trap: under the lock
      made_ = std::make_unique<int>(3);
    return *made_;
  }
  void elsewhere() {
    if (!made_) { // trap: somebody else is asked under the lock
      std::lock_guard<std::mutex> hold(lazy_);
      ++tries_;
    }
  }
  void guarded() {
    if (!made_) { // trap: asked again
      std::lock_guard<std::mutex> hold(other_);
      if (tries_ > 2 || made_)
        return;
      tries_ = 1;
    }
  }

private:
  std::mutex lazy_, other_;
  std::unique_ptr<int> made_;
  int tries_ = 0;
};

// The first look is for a default, and the lock is taken whatever it says.
class Reader {
public:
  bool seek(unsigned long offset) {
    if (offset == None)
      offset = (start_ == None) ? 0 : start_; // trap: both ways lead to the lock
    if (offset > 1000)
      return false;
    std::lock_guard<std::mutex> hold(mu_);
    if (offset == start_)
      return true;
    if (start_ != None || offset != 0)
      return false;
    start_ = offset;
    return true;
  }

private:
  static constexpr unsigned long None = ~0ul;
  std::mutex mu_;
  unsigned long start_ = None;
};

class Jobs {
public:
  bool tryPop(int &job) {
    if (jobs_.empty()) // trap: asked again under the lock
      return false;
    std::lock_guard<std::mutex> hold(mutex_);
    if (jobs_.empty())
      return false;
    job = jobs_.front();
    jobs_.pop_front();
    return true;
  }
  bool takeAll(std::deque<int> &all) {
    if (jobs_.empty()) // trap: whatever is there is taken, nothing too
      return false;
    std::lock_guard<std::mutex> hold(mutex_);
    all.swap(jobs_);
    return true;
  }
  void push(int job) {
    std::lock_guard<std::mutex> hold(mutex_);
    jobs_.push_back(job);
  }

private:
  std::mutex mutex_;
  std::deque<int> jobs_;
};
