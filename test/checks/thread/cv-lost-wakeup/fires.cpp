// Conditions that are changed beside the lock their waiters hold.
#include <pthread.h>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

class Atomic {
public:
  void run() {
    std::unique_lock hold(mutex_);
    cv_.wait(hold, [this] { return stop_.load(); }); // note: "between a look at 'stop_'"
  }
  void stop() {
    stop_ = true; // expect: cv-lost-wakeup "'stop_' is changed without 'Atomic::mutex_'"
    cv_.notify_all(); // note: "notified here"
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<bool> stop_{false};
};

class Plain {
public:
  void run() {
    std::unique_lock<std::mutex> hold(mutex_);
    while (!stop_) {
      cv_.wait(hold);
      ++rounds_;
    }
  }
  void stop() {
    stop_ = true; // expect: cv-lost-wakeup "'stop_'"
    cv_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  bool stop_ = false;
  int rounds_ = 0;
};

class Ending {
public:
  Ending() : thread_([this] { run(); }) {}
  ~Ending() {
    stop_ = true; // expect: cv-lost-wakeup "'stop_'"
    cv_.notify_one();
    thread_.join();
  }

private:
  void run() {
    std::unique_lock<std::mutex> hold(mutex_);
    cv_.wait(hold, [this] { return stop_; });
  }
  std::mutex mutex_;
  std::condition_variable cv_;
  bool stop_ = false;
  std::thread thread_;
};

/// The last of several to arrive.
class Countdown {
public:
  explicit Countdown(int n) : left_(n) {}
  void arrive() {
    if (left_.fetch_sub(1) == 1) // expect: cv-lost-wakeup "'left_'"
      cv_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mutex_);
    while (left_ > 0)
      cv_.wait(hold);
  }

private:
  std::mutex mutex_;
  std::condition_variable cv_;
  std::atomic<int> left_;
};

/// By a method that notifies, under another lock, in POSIX.
class Elsewhere {
public:
  void wait() {
    std::unique_lock<std::mutex> hold(mutex_);
    cv_.wait(hold, [this] { return ready_ || failed_; });
  }
  void fail() {
    std::lock_guard<std::mutex> hold(other_);
    failed_ = true; // expect: cv-lost-wakeup "'failed_'"
    wake();
  }
  void ready() {
    std::lock_guard<std::mutex> hold(mutex_);
    ready_ = true;
    cv_.notify_one();
  }

private:
  void wake() { cv_.notify_all(); }
  std::mutex mutex_, other_;
  std::condition_variable cv_;
  std::atomic<bool> ready_{false}, failed_{false};
};

struct box {
  pthread_mutex_t m;
  pthread_cond_t c;
  int full;
  int gone;
};
void box_wait(box *b) {
  pthread_mutex_lock(&b->m);
  while (!b->full)
    pthread_cond_wait(&b->c, &b->m);
  b->full = 0;
  b->gone++;
  pthread_mutex_unlock(&b->m);
}
void box_fill(box *b) {
  b->full = 1; // expect: cv-lost-wakeup "'full'"
  pthread_cond_signal(&b->c);
}
