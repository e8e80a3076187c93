// Locks wanted again by what was handed over, named twice, or forbidden.
#include <functional>
#include <map>
#include <memory>
#include <mutex>

class Registry {
public:
  template <class F> void each(F &&visit) {
    std::lock_guard<std::mutex> hold(mutex_);
    for (auto &[key, value] : values_)
      visit(key, value);
  }
  void update(int key, const std::function<int(int)> &change) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_[key] = change(values_[key]);
  }
  template <class F> void outer(F &&visit) { each(visit); }
  void drop(int key) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_.erase(key);
  }
  int size() {
    std::lock_guard<std::mutex> hold(mutex_);
    return int(values_.size());
  }

private:
  std::mutex mutex_;
  std::map<int, int> values_;
};

void purge(Registry &registry) {
  registry.each([&](int key, int value) { // expect: web-self-deadlock "is locked again by the function given to 'Registry::each'"
    if (value < 0)
      registry.drop(key);
  });
  registry.update(1, [&](int old) { return old + registry.size(); }); // expect: web-self-deadlock "given to 'Registry::update'"
}

class Nested {
public:
  void all() {
    registry_.outer([this](int key, int) { registry_.drop(key); }); // expect: web-self-deadlock "given to 'Registry::outer'"
  }

private:
  Registry registry_;
};

class Twice {
public:
  void bump() {
    std::scoped_lock hold(left_, left_); // expect: web-self-deadlock "locked twice by one statement"
    ++count_;
  }

private:
  std::mutex left_, right_;
  int count_ = 0;
};

// One that calls the other, which is only run for a pointer.
struct Term {
  Term *left = nullptr, *right = nullptr;
};
class Walk {
public:
  int sum(Term *term) {
    std::lock_guard<std::mutex> hold(mutex_);
    ++steps_;
    return next(term->left); // expect: web-self-deadlock "'mutex_' is locked again"
  }
  int next(Term *term) { return term ? sum(term->right) : 1; }

private:
  std::mutex mutex_;
  int steps_ = 0;
};

class __attribute__((capability("mutex"))) Mutex {
public:
  void Lock() __attribute__((acquire_capability())) { inner_.lock(); }
  void Unlock() __attribute__((release_capability())) { inner_.unlock(); }

private:
  std::mutex inner_;
};
class __attribute__((scoped_lockable)) MutexLock {
public:
  explicit MutexLock(Mutex *mutex) __attribute__((acquire_capability(mutex)));
  ~MutexLock() __attribute__((release_capability()));
};
// What may not be locked when a function is called, it locks itself.
class Config {
public:
  void touch() {
    MutexLock hold(&mutex_);
    ++version_;
    reload(); // expect: web-self-deadlock "'mutex_' is locked again"
  }

private:
  void reload() __attribute__((locks_excluded(mutex_)));
  Mutex mutex_;
  int version_ = 0;
};

// The object goes, and its destructor wants the lock.
class Hub;
class Link {
public:
  ~Link();
};
class Hub {
public:
  static Hub &get() {
    static Hub hub;
    return hub;
  }
  static void drop() {
    std::lock_guard<std::mutex> hold(mutex_);
    --links_;
  }
  static void clear() {
    std::lock_guard<std::mutex> hold(mutex_);
    last_.reset(); // expect: web-self-deadlock "through 'Link::~Link'"
  }
  static void forget() {
    std::lock_guard<std::mutex> hold(mutex_);
    last_ = nullptr; // expect: web-self-deadlock "through 'Link::~Link'"
  }

private:
  static std::mutex mutex_;
  static std::unique_ptr<Link> last_;
  static int links_;
};
Link::~Link() { Hub::drop(); }
