// Calls of code that the class does not know, under its lock.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

struct Listener {
  virtual ~Listener() = default;
  virtual void changed(int value) = 0;
};

class Bell {
  std::mutex mu_;
  std::vector<std::function<void(int)>> listeners_;
  std::function<void(int)> first_;
  void (*hook_)(int) = nullptr;
  std::vector<Listener *> objects_;
  std::vector<std::shared_ptr<Listener>> owned_;
  Listener *only_ = nullptr;
  std::map<int, std::function<void()>> byKey_;
  int value_ = 0;

  void tellAll() {
    for (auto &listener : listeners_)
      listener(value_); // note: "here"
  }

public:
  void set(int value) {
    std::lock_guard<std::mutex> hold(mu_); // note: "'mu_' is locked here"
    value_ = value;
    first_(value); // expect: scope-unknown-callee "'first_' holds while 'mu_' is held"
  }
  void ring() {
    std::lock_guard hold(mu_);
    for (auto &listener : listeners_)
      listener(value_); // expect: scope-unknown-callee
  }
  void pointer() {
    std::unique_lock hold(mu_);
    if (hook_)
      hook_(value_); // expect: scope-unknown-callee "function pointer"
    ++value_;
  }
  void interface() {
    std::lock_guard hold(mu_);
    for (Listener *object : objects_)
      object->changed(value_); // expect: scope-unknown-callee "Listener::changed"
  }
  void owned() {
    std::lock_guard hold(mu_);
    for (auto &object : owned_)
      object->changed(value_); // expect: scope-unknown-callee "an implementation of 'Listener::changed'"
  }
  void single() {
    std::lock_guard hold(mu_);
    only_->changed(value_); // expect: scope-unknown-callee
  }
  void helper() {
    std::scoped_lock hold(mu_);
    ++value_;
    tellAll(); // expect: scope-unknown-callee
  }
  void each() {
    std::lock_guard hold(mu_);
    std::for_each(listeners_.begin(), listeners_.end(),
                  [this](auto &) { first_(value_); }); // expect: scope-unknown-callee
  }
  void keyed(int key) {
    std::lock_guard hold(mu_);
    auto found = byKey_.find(key);
    if (found != byKey_.end())
      found->second(); // expect: scope-unknown-callee
  }
  void visit(const std::function<void(int)> &visitor) {
    std::lock_guard hold(mu_);
    for (int i = 0; i < value_; ++i)
      visitor(i); // expect: scope-unknown-callee "'visitor' holds"
  }
  void byHand() {
    mu_.lock();
    first_(++value_); // expect: scope-unknown-callee
    mu_.unlock();
  }
};
