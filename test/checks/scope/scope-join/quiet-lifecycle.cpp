// A lock that is held around starting and stopping orders these two, and the
// thread never asks for it.
#include <functional>
#include <mutex>
#include <pthread.h>
#include <thread>

// trap: the thread calls what nobody knows, but the lock is for start and stop
class Timer {
  std::mutex lifecycle_;
  std::mutex mu_;
  std::thread thread_;
  std::function<void()> task_;
  bool stop_ = false;
  void run() {
    for (;;) {
      {
        std::lock_guard hold(mu_);
        if (stop_)
          return;
      }
      task_();
    }
  }

public:
  void start() {
    std::lock_guard hold(lifecycle_);
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    std::lock_guard hold(lifecycle_);
    {
      std::lock_guard inner(mu_);
      stop_ = true;
    }
    thread_.join();
  }
};

// trap: threads in wrappers are told apart by the member that has the wrapper
class Thread {
  pthread_t handle_{};

public:
  void start(void *(*body)(void *), void *argument) {
    pthread_create(&handle_, nullptr, body, argument);
  }
  void join() { pthread_join(handle_, nullptr); }
};
class Collector {
  std::mutex lifecycle_;
  Thread thread_;
  Thread other_;
  int n_ = 0;
  static void *collect(void *self) {
    ++static_cast<Collector *>(self)->n_;
    return nullptr;
  }
  static void *wants(void *self) {
    std::lock_guard hold(static_cast<Collector *>(self)->lifecycle_);
    return nullptr;
  }

public:
  void start() {
    std::lock_guard hold(lifecycle_);
    thread_.start(collect, this);
  }
  void other() { other_.start(wants, this); }
  void stop() {
    std::lock_guard hold(lifecycle_);
    thread_.join();
  }
};
