// What was handed over wants another lock, or wants it later.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

class Registry {
public:
  template <class F> void each(F &&visit) {
    std::lock_guard<std::mutex> hold(mutex_);
    for (auto &[key, value] : values_)
      visit(key, value);
  }
  // trap: it is called when the lock is free again
  template <class F> void then(F &&visit) {
    int size;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      size = int(values_.size());
    }
    visit(size);
  }
  void drop(int key) {
    std::lock_guard<std::mutex> hold(mutex_);
    values_.erase(key);
  }
  // trap: it tries
  bool tryDrop(int key) {
    std::unique_lock<std::mutex> hold(mutex_, std::try_to_lock);
    return hold && values_.erase(key) != 0;
  }

private:
  std::mutex mutex_;
  std::map<int, int> values_;
};

// trap: the lock of another object
void move(Registry &from, Registry &to) {
  from.each([&](int key, int) { to.drop(key); });
}
// trap: collected first
void purge(Registry &registry) {
  std::vector<int> old;
  registry.each([&](int key, int value) {
    if (value < 0)
      old.push_back(key);
  });
  for (int key : old)
    registry.drop(key);
}
void later(Registry &registry) {
  registry.then([&](int) { registry.drop(1); });
  registry.each([&](int key, int) { registry.tryDrop(key); });
}
// trap: a recursive lock
class Tree {
public:
  template <class F> void each(F &&visit) {
    std::lock_guard<std::recursive_mutex> hold(mutex_);
    visit(count_);
  }
  void bump() {
    std::lock_guard<std::recursive_mutex> hold(mutex_);
    ++count_;
  }
  void all() {
    each([this](int) { bump(); });
  }

private:
  std::recursive_mutex mutex_;
  int count_ = 0;
};
// trap: two locks in one statement
class Two {
public:
  void bump() {
    std::scoped_lock hold(left_, right_);
    ++count_;
  }

private:
  std::mutex left_, right_;
  int count_ = 0;
};
// trap: a flag decides who locks
class Flagged {
public:
  void outer() {
    std::lock_guard<std::mutex> hold(mutex_);
    inner(false);
  }
  void inner(bool lock) {
    if (lock)
      mutex_.lock();
    ++count_;
    if (lock)
      mutex_.unlock();
  }

private:
  std::mutex mutex_;
  int count_ = 0;
};
// trap: what was owned leaves first, and dies without the lock
class Slot;
class Held {
public:
  ~Held();
};
static std::mutex slot_mutex;
static std::unique_ptr<Held> slot;
Held::~Held() {
  std::lock_guard<std::mutex> hold(slot_mutex);
}
void clear() {
  std::unique_ptr<Held> dead;
  {
    std::lock_guard<std::mutex> hold(slot_mutex);
    dead = std::move(slot);
  }
  dead.reset();
}
