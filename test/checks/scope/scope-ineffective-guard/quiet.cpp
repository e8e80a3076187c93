// Guards that look useless and are not.
#include <deque>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

int use(std::unique_lock<std::mutex> hold, int n);
int read(const std::lock_guard<std::mutex> &proof, int n);

class Sum {
  std::mutex mu_;
  std::mutex other_;
  std::condition_variable changed_;
  std::atomic<bool> done_{false};
  std::optional<std::unique_lock<std::mutex>> kept_;
  int sum_ = 0;

public:
  // trap: named
  void named(int n) {
    std::lock_guard<std::mutex> hold{mu_};
    sum_ += n;
  }
  // trap: lives as long as the call it is an argument of
  int argument(int n) {
    return read(std::lock_guard<std::mutex>(mu_), n);
  }
  // trap: handed over
  int handed(int n) {
    return use(std::unique_lock<std::mutex>(mu_), n);
  }
  // trap: returned
  std::unique_lock<std::mutex> lock() {
    return std::unique_lock<std::mutex>(mu_);
  }
  // trap: until the end of the statement, on purpose
  int comma(int n) {
    return std::lock_guard<std::mutex>(mu_), sum_ += n;
  }
  // trap: gets its lock later
  void assigned(bool first) {
    std::unique_lock<std::mutex> hold;
    if (first)
      hold = std::unique_lock<std::mutex>(mu_);
    ++sum_;
  }
  // trap: deferred, then locked
  void deferred() {
    std::unique_lock<std::mutex> hold(mu_, std::defer_lock);
    hold.lock();
    ++sum_;
  }
  // trap: deferred, then both at once
  void both() {
    std::unique_lock<std::mutex> a(mu_, std::defer_lock);
    std::unique_lock<std::mutex> b(other_, std::defer_lock);
    std::lock(a, b);
    ++sum_;
  }
  // trap: whoever waits sees what was written before
  void finish() {
    done_ = true;
    { std::lock_guard hold(mu_); }
    changed_.notify_all();
  }
  // trap: waits for the last user before the object goes
  ~Sum() { std::lock_guard hold(mu_); }
  // trap: kept in an optional
  void enter() { kept_.emplace(mu_); }
  void leave() { kept_.reset(); }
  // trap: a local lock that threads share
  void parallel() {
    std::mutex mine;
    auto work = [&] {
      std::lock_guard hold(mine);
      ++sum_;
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
  }
  // trap: a local lock for a condition variable
  void wait(std::condition_variable &ready) {
    std::mutex mine;
    std::unique_lock hold(mine);
    ready.wait(hold);
  }
  // trap: a static one is shared by all calls
  void once() {
    static std::mutex all;
    std::lock_guard hold(all);
    ++sum_;
  }
  // trap: handed to another function by reference
  void given(const std::function<void(std::mutex &)> &work) {
    std::mutex mine;
    work(mine);
    std::lock_guard hold(mine);
    ++sum_;
  }
  // trap: what is returned is read under the lock
  int get() {
    std::lock_guard hold(mu_);
    return sum_;
  }
};

class Switch {
public:
  bool flip() {
    if (std::unique_lock<std::mutex> hold(m_, std::try_to_lock); hold) { // trap: lives as long as the if
      on_ = !on_;
      return true;
    }
    return false;
  }

private:
  std::mutex m_;
  bool on_ = false;
};

struct Counted {
  mutable std::mutex m;
  int n = 0;
};
int bump(Counted &c) {
  std::lock_guard<std::mutex> hold(c.m); // trap: the caller's
  return ++c.n;
}
struct View {
  std::mutex &m;
  int &n;
};
int bump(View v) {
  std::lock_guard<std::mutex> hold(v.m); // trap: refers to the caller's
  return ++v.n;
}
