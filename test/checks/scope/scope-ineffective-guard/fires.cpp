// Guards that guard nothing.
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <vector>

class Sum {
  std::mutex mu_;
  std::shared_mutex rw_;
  int sum_ = 0;

public:
  void unnamed(int n) {
    std::lock_guard<std::mutex>{mu_}; // expect: scope-ineffective-guard "'mu_' is unlocked again at the end of the statement"
    sum_ += n;
  }
  void unnamedCall(int n) {
    std::unique_lock<std::mutex>(this->mu_); // expect: scope-ineffective-guard
    sum_ += n;
  }
  void unnamedShared() {
    std::shared_lock<std::shared_mutex>{rw_}; // expect: scope-ineffective-guard "'rw_'"
    ++sum_;
  }
  void unnamedScoped() {
    std::scoped_lock{mu_}; // expect: scope-ineffective-guard
    ++sum_;
  }
  void nothing(int n) {
    std::scoped_lock hold; // expect: scope-ineffective-guard "'hold' locks nothing"
    sum_ += n;
  }
  void hidden(int n) {
    std::unique_lock<std::mutex>(mu_); // expect: scope-ineffective-guard "locks nothing"
    sum_ += n;
  }
  void never(int n) {
    std::unique_lock<std::mutex> hold(mu_, std::defer_lock); // expect: scope-ineffective-guard "nothing ever does"
    sum_ += n;
  }
  void empty(int n) {
    sum_ += n;
    { std::lock_guard hold(mu_); } // expect: scope-ineffective-guard "with nothing between"
    sum_ -= n;
  }
  void local(int n) {
    std::mutex mine; // expect: scope-ineffective-guard "'mine' is a lock of this call alone"
    std::lock_guard hold(mine); // note: "locked here, without effect"
    sum_ += n;
  }
  void localByHand(int n) {
    std::mutex mine; // expect: scope-ineffective-guard
    mine.lock();
    sum_ += n;
    mine.unlock();
  }
};

class Switch {
public:
  bool flip() {
    if (std::unique_lock<std::mutex>(m_, std::try_to_lock)) { // expect: scope-ineffective-guard "this guard has no name"
      on_ = !on_;
      return true;
    }
    return false;
  }

private:
  std::mutex m_;
  bool on_ = false;
};

struct Copied {
  mutable std::mutex m;
  int n = 0;
  Copied() = default;
  Copied(const Copied &other) : n(other.n) {}
};
int bump(Copied c) { // note: "'c' is passed by value"
  std::lock_guard<std::mutex> hold(c.m); // expect: scope-ineffective-guard "'m' belongs to 'c', which is a copy of this call's own"
  return ++c.n;
}
