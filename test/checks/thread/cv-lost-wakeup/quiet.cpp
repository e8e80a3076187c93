// Changes that cannot slip in between a look and falling asleep, or that are
// waited for in another way.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

class Base {
protected:
  void waitFor() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return stop_.load(); });
  }
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<bool> stop_{false};
};

class Locked : Base {
public:
  void run() { waitFor(); }
  void stop() {
    std::lock_guard hold(mutex_);
    stop_ = true; // trap: under the lock
    cv_.notify_all();
  }
};

class Released {
public:
  void run() {
    std::unique_lock hold(mutex_);
    while (!stop_)
      cv_.wait(hold);
  }
  void stop() {
    std::unique_lock<std::mutex> hold(mutex_);
    stop_ = true; // trap: notified after the unlock
    hold.unlock();
    cv_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  bool stop_ = false;
};

class Through {
public:
  void run() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return stop_.load(); });
  }
  void stop() {
    stop_ = true; // trap: whoever has looked by now sleeps when the lock is had
    { std::lock_guard hold(mutex_); }
    cv_.notify_all();
  }
  void stopByHelper() {
    stop_ = true; // trap: the helper locks
    wake();
  }
  void stopUnderNotify() {
    stop_ = true; // trap: notified under the lock
    std::lock_guard hold(mutex_);
    cv_.notify_all();
  }

private:
  void wake() {
    std::lock_guard hold(mutex_);
    cv_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<bool> stop_{false};
};

class Timed {
public:
  void run() {
    std::unique_lock hold(mutex_);
    while (!stop_)
      cv_.wait_for(hold, std::chrono::seconds(1)); // it looks again
  }
  void stop() {
    stop_ = true; // trap: it is seen within a second
    cv_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<bool> stop_{false};
};

class Callers {
public:
  void run() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return state_ != 0; });
  }
  void finish() {
    std::lock_guard hold(mutex_);
    set(2);
  }
  void set(int state) {
    state_ = state; // trap: it is called with the lock
    cv_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<int> state_{0};
};

class Own {
public:
  void run() {
    std::unique_lock hold(mutex_);
    busy_ = false; // trap: the waiter's own, under the lock
    while (!busy_)
      cv_.wait(hold);
    hold.unlock();
    busy_ = false; // trap: the waiter's own
    cv_.notify_one();
  }
  void start() {
    { std::lock_guard hold(mutex_); busy_ = true; }
    cv_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<bool> busy_{false};
};

class Started {
public:
  Started() {
    ready_ = true; // trap: nobody waits yet
    cv_.notify_all();
  }
  void run() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return ready_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  bool ready_ = false;
};

class Unrelated {
public:
  void run() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return !items_.empty(); });
    ++taken_;
  }
  void push(int x) {
    pushed_ = pushed_ + x; // trap: nobody waits for it
    { std::lock_guard hold(mutex_); items_.push_back(x); }
    cv_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::deque<int> items_;
  int taken_ = 0;
  std::atomic<int> pushed_{0};
};

std::mutex gate;
std::condition_variable opened;
std::atomic<bool> interrupted{false};
void onSignal(int) {
  interrupted = true; // trap: a handler cannot lock
  opened.notify_all();
}
void waitForSignal() {
  std::signal(SIGINT, onSignal);
  std::unique_lock hold(gate);
  opened.wait(hold, [] { return interrupted.load(); });
}
void notOnceNotified() {
  interrupted = true; // trap: nobody is told
}
