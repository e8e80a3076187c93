// Waiting without the lock, or where it cannot hurt.
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

class Worker {
  std::mutex mu_;
  bool stop_ = false;
  std::thread thread_;
  std::vector<std::thread> pool_;
  std::future<int> answer_;
  int n_ = 0;

  void run() {
    for (;;) {
      std::lock_guard hold(mu_);
      if (stop_)
        return;
    }
  }

public:
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  // trap: unlocked by the braces
  void stop() {
    {
      std::lock_guard hold(mu_);
      stop_ = true;
    }
    thread_.join();
  }
  // trap: unlocked by hand
  void stopUnlocked() {
    std::unique_lock hold(mu_);
    stop_ = true;
    hold.unlock();
    thread_.join();
  }
  // trap: moved out under the lock, joined without
  void stopAll() {
    std::vector<std::thread> pool;
    {
      std::lock_guard hold(mu_);
      pool.swap(pool_);
    }
    for (std::thread &one : pool)
      one.join();
  }
  // trap: a time limit
  bool ready() {
    std::lock_guard hold(mu_);
    ++n_;
    return answer_.wait_for(std::chrono::seconds(0)) ==
           std::future_status::ready;
  }
  // trap: the destructor: nobody else has the object, and the answer is made
  // without the lock
  ~Worker() {
    std::lock_guard hold(mu_);
    if (answer_.valid())
      answer_.wait();
  }
  // trap: detached, not waited for
  void leave() {
    std::lock_guard hold(mu_);
    thread_.detach();
  }
  // trap: a condition, with its own lock
  void idle(std::condition_variable &quiet) {
    std::unique_lock hold(mu_);
    quiet.wait(hold, [this] { return stop_; });
  }
};

// trap: the lock only orders starting and stopping; the thread never takes it
class Ticker {
  std::mutex control_;
  std::thread thread_;
  int ticks_ = 0;
  void tick() {
    for (int i = 0; i < 100; ++i)
      ++ticks_;
  }

public:
  void start() {
    std::lock_guard hold(control_);
    thread_ = std::thread([this] { tick(); });
  }
  void stop() {
    std::lock_guard hold(control_);
    thread_.join();
  }
};
