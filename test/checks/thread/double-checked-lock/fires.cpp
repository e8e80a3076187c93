// First looks without the lock.
#include <deque>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>

class Singleton {
  static Singleton *instance_;
  static std::mutex mutex_;

public:
  static Singleton *get() {
    if (!instance_) { // expect: double-checked-lock "'instance_' is looked at without the lock first"
      std::lock_guard<std::mutex> hold(mutex_); // note: "the lock is taken here, after it"
      if (!instance_)
        instance_ = new Singleton; // note: "it is set here"
    }
    return instance_;
  }
};
Singleton *Singleton::instance_ = nullptr;
std::mutex Singleton::mutex_;

class Lazy {
  std::mutex mutex_;
  bool loaded_ = false;
  std::string text_;

public:
  const std::string &text() {
    if (!loaded_) { // expect: double-checked-lock "'loaded_'"
      std::unique_lock<std::mutex> hold(mutex_);
      if (!loaded_) {
        text_ = "loaded";
        loaded_ = true;
      }
    }
    return text_;
  }
};

class Shared {
  std::mutex mutex_;
  std::shared_ptr<int> value_;

public:
  int get() {
    if (value_ == nullptr) { // expect: double-checked-lock "'value_'"
      std::lock_guard<std::mutex> hold(mutex_);
      if (value_ == nullptr)
        value_ = std::make_shared<int>(1);
    }
    return *value_;
  }
};

class Early {
  std::mutex mutex_;
  int *table_ = nullptr;

public:
  int *table() {
    if (table_ != nullptr) // expect: double-checked-lock "'table_'"
      return table_;
    std::lock_guard<std::mutex> hold(mutex_);
    if (table_ == nullptr)
      table_ = new int[10];
    return table_;
  }
};

static pthread_mutex_t init_mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile bool initialised = false;
void setup();
void init() {
  if (!initialised) { // expect: double-checked-lock "'initialised'"
    pthread_mutex_lock(&init_mutex);
    if (!initialised) {
      setup();
      initialised = true;
    }
    pthread_mutex_unlock(&init_mutex);
  }
}

/// One look, without the lock.
class Unasked {
public:
  int first() {
    if (!index_) { // expect: double-checked-lock "not again under it"
      std::lock_guard<std::mutex> hold(lazy_);
      index_ = std::make_unique<int>(1);
    }
    return *index_;
  }
  int second() {
    if (raw_ == nullptr) { // expect: double-checked-lock "'raw_'"
      std::lock_guard<std::mutex> hold(lazy_);
      raw_ = new int(2); // note: "unasked"
    }
    return *raw_;
  }

private:
  std::mutex lazy_;
  std::unique_ptr<int> index_;
  int *raw_ = nullptr;
};

// Something is there, without the lock; is it still there under it?
class Jobs {
public:
  bool tryPop(int &job) {
    if (jobs_.empty()) // expect: double-checked-lock "'jobs_' is looked at without the lock, and not again under it: another thread may have taken the last element"
      return false;
    std::lock_guard<std::mutex> hold(mutex_); // note: "the lock is taken here, after it"
    job = jobs_.front();
    jobs_.pop_front(); // note: "it is taken here, unasked"
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
