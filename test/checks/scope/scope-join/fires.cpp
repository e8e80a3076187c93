// Waiting for others to finish, under a lock.
#include <future>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

class Worker {
  std::mutex mu_;
  bool stop_ = false;
  std::thread thread_;
  std::vector<std::thread> pool_;
  std::future<int> answer_;
  std::latch done_{1};
  int n_ = 0;

  void run() {
    for (;;) {
      std::lock_guard hold(mu_);
      if (stop_)
        return;
    }
  }
  void joinIt() { thread_.join(); } // note: "waits here"

public:
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    std::lock_guard<std::mutex> hold(mu_); // note: "'mu_' is locked here"
    stop_ = true;
    thread_.join(); // expect: scope-join "'thread_' to finish while 'mu_' is held"
  }
  void stopByHelper() {
    std::lock_guard hold(mu_);
    stop_ = true;
    joinIt(); // expect: scope-join
    ++n_;
  }
  void stopAll() {
    std::unique_lock hold(mu_);
    for (std::thread &one : pool_)
      one.join(); // expect: scope-join
    pool_.clear();
  }
  int answer() {
    std::scoped_lock hold(mu_);
    n_ = answer_.get(); // expect: scope-join "'answer_'"
    return n_;
  }
  void finish() {
    std::lock_guard hold(mu_);
    done_.wait(); // expect: scope-join
    ++n_;
  }
  void stopIfRunning() {
    std::lock_guard hold(mu_);
    if (thread_.joinable())
      thread_.join(); // expect: scope-join
    ++n_;
  }
  void byHand() {
    mu_.lock();
    ++n_;
    thread_.join(); // expect: scope-join
    mu_.unlock();
  }
};

// In a destructor the object's lock is free, but for the thread that has it.
class Recorder {
public:
  Recorder() : thread_([this] { run(); }) {}
  ~Recorder() {
    std::lock_guard hold(mu_);
    stop_ = true;
    thread_.join(); // expect: scope-join "waits for 'thread_' to finish while 'mu_' is held"
  }

private:
  void run() {
    for (;;) {
      std::lock_guard hold(mu_);
      if (stop_)
        return;
    }
  }
  std::mutex mu_;
  bool stop_ = false;
  std::thread thread_;
};
