// Code that is known, or is meant to run under the lock.
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

struct Listener {
  virtual ~Listener() = default;
  virtual void changed(int value) = 0;
};

// An interface of this file alone.
namespace {
struct Shape {
  virtual ~Shape() = default;
  virtual int area() const = 0;
};
struct Square : Shape {
  int side = 1;
  int area() const override { return side * side; }
};
} // namespace

struct Base {
  int count = 0;
  virtual ~Base() = default;
  virtual void step() { ++count; }
};

class Bell {
  std::mutex mu_;
  std::condition_variable ready_;
  std::vector<std::function<void(int)>> listeners_;
  std::function<void(int)> first_;
  std::function<bool(int, int)> compare_;
  std::function<long()> clock_;
  std::vector<Listener *> objects_;
  std::vector<Base *> bases_;
  std::unique_ptr<Listener> part_;
  int value_ = 0;

  int doubled(int n) { return 2 * n; }

public:
  // trap: copied, unlocked, called
  void copied() {
    std::unique_lock hold(mu_);
    auto listeners = listeners_;
    hold.unlock();
    for (auto &listener : listeners)
      listener(1);
  }
  // trap: copied in braces
  void copiedInBraces() {
    std::function<void(int)> first;
    {
      std::lock_guard hold(mu_);
      first = first_;
    }
    first(1);
  }
  // trap: a lambda of this very function
  int local() {
    std::lock_guard hold(mu_);
    auto twice = [this] { return 2 * value_; };
    return twice();
  }
  // trap: a private method
  int method() {
    std::lock_guard hold(mu_);
    return doubled(value_);
  }
  // trap: the predicate of a wait
  void waits(const std::function<bool()> &done) {
    std::unique_lock hold(mu_);
    ready_.wait(hold, [&] { return done(); });
  }
  // trap: an algorithm with a comparator
  void sorted(std::vector<int> &all) {
    std::lock_guard hold(mu_);
    std::sort(all.begin(), all.end(), [](int a, int b) { return a > b; });
    std::sort(all.begin(), all.end(), compare_);
  }
  // trap: a comparator and a clock compute and return
  bool pure() {
    std::lock_guard hold(mu_);
    return compare_(value_, 2) && clock_() > 0;
  }
  // trap: to run it under the lock is what the function is for
  void withLock(const std::function<void()> &work) {
    std::lock_guard hold(mu_);
    work();
  }
  // trap: a template's callable: the caller sees its body
  template <typename Work> void withValue(Work work) {
    std::lock_guard hold(mu_);
    work(value_);
  }
  void use() {
    withValue([](int n) { return n + 1; });
  }
  // trap: assigned and asked, not called
  void listen(std::function<void(int)> listener) {
    std::lock_guard hold(mu_);
    listeners_.push_back(std::move(listener));
    if (first_)
      first_ = nullptr;
  }
  // trap: all implementations are in this file
  int area(const std::vector<Shape *> &shapes) {
    std::lock_guard hold(mu_);
    int sum = 0;
    for (Shape *shape : shapes)
      sum += shape->area();
    return sum;
  }
  // trap: a class with state of its own: a part, not a listener
  void steps() {
    std::lock_guard hold(mu_);
    for (Base *base : bases_)
      base->step();
  }
  // trap: not under the lock any more
  void late() {
    {
      std::lock_guard hold(mu_);
      ++value_;
    }
    for (Listener *object : objects_)
      object->changed(1);
  }
  // trap: a part that the object owns
  void draw() {
    std::lock_guard hold(mu_);
    part_->changed(value_);
  }
  // trap: runs later
  std::function<void()> later() {
    std::lock_guard hold(mu_);
    ++value_;
    return [this] { first_(1); };
  }
};

// trap: a function pointer that is always the same function
static int plusOne(int n) { return n + 1; }
static std::mutex lock;
static int total;
void known() {
  std::lock_guard hold(lock);
  int (*step)(int) = plusOne;
  total = step(total);
}
