// Condition variables that somebody signals, or may.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class Signalled {
  std::mutex mu_;
  std::condition_variable cv_;
  bool ready_ = false;

public:
  void set() {
    std::lock_guard<std::mutex> hold(mu_);
    ready_ = true;
    cv_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return ready_; }); // trap: set() notifies
  }
};

class OfOthers {
  std::mutex mu_;
  std::condition_variable *cv_;

public:
  explicit OfOthers(std::condition_variable *cv) : cv_(cv) {}
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_->wait(hold); // trap: whose it is, knows
  }
};

class Shows {
  std::mutex mu_;
  std::condition_variable cv_;

public:
  std::condition_variable &changed() { return cv_; }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold); // trap: others can get at it
  }
};

class Sleeps {
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void sleep() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait_for(hold, std::chrono::seconds(1)); // trap: a sleep
  }
};

void later(std::condition_variable &);
void passed() {
  std::mutex mu;
  std::condition_variable cv;
  later(cv);
  std::unique_lock<std::mutex> hold(mu);
  cv.wait(hold); // trap: passed to code that may notify
}

void at_exit() {
  std::mutex mu;
  std::condition_variable cv;
  std::thread t([&] {
    std::unique_lock<std::mutex> hold(mu);
    std::notify_all_at_thread_exit(cv, std::move(hold));
  });
  {
    std::unique_lock<std::mutex> hold(mu);
    cv.wait(hold); // trap: notified when the thread ends
  }
  t.join();
}

extern std::condition_variable elsewhere;
std::mutex elsewhere_mutex;
void waits_elsewhere() {
  std::unique_lock<std::mutex> hold(elsewhere_mutex);
  elsewhere.wait(hold); // trap: other files may notify
}

struct Waiter {
  std::condition_variable cv;
  bool woken = false;
};
class List {
  std::mutex mu_;
  std::vector<Waiter *> waiters_;

public:
  void wait() {
    Waiter me;
    std::unique_lock<std::mutex> hold(mu_);
    waiters_.push_back(&me);
    me.cv.wait(hold, [&] { return me.woken; }); // trap: signalled through the list
  }
  void wake() {
    std::lock_guard<std::mutex> hold(mu_);
    for (Waiter *w : waiters_) {
      w->woken = true;
      w->cv.notify_one();
    }
  }
};
