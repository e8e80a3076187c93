// Waits for what nobody signals.
#include <condition_variable>
#include <mutex>
#include <thread>

class Forgotten {
  std::mutex mu_;
  std::condition_variable cv_; // note: "'cv_' is declared here"
  bool ready_ = false;

public:
  void set() {
    std::lock_guard<std::mutex> hold(mu_);
    ready_ = true;
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return ready_; }); // expect: cv-no-notify "'cv_' is waited for, and no code notifies it"
  }
};

class WrongOne {
  std::mutex mu_;
  std::condition_variable notEmpty_, notFull_;
  int count_ = 0;

public:
  void put() {
    std::unique_lock<std::mutex> hold(mu_);
    while (count_ == 10)
      notFull_.wait(hold); // expect: cv-no-notify "'notFull_'"
    ++count_;
    notEmpty_.notify_one();
  }
  void get() {
    std::unique_lock<std::mutex> hold(mu_);
    while (count_ == 0)
      notEmpty_.wait(hold);
    --count_;
    notEmpty_.notify_one();
  }
};

void locals() {
  std::mutex mu;
  std::condition_variable cv;
  bool ok = false;
  std::thread t([&] {
    std::lock_guard<std::mutex> hold(mu);
    ok = true;
  });
  {
    std::unique_lock<std::mutex> hold(mu);
    cv.wait(hold, [&] { return ok; }); // expect: cv-no-notify
  }
  t.join();
}

static std::mutex global_mutex;
static std::condition_variable global_changed;
static int global_state = 0;
void wait_for_state() {
  std::unique_lock<std::mutex> hold(global_mutex);
  while (global_state == 0)
    global_changed.wait(hold); // expect: cv-no-notify "'global_changed'"
}
void set_state() {
  std::lock_guard<std::mutex> hold(global_mutex);
  global_state = 1;
}
