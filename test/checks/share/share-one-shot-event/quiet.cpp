// Flags that come and go, and conditions that are more than a flag.
#include <condition_variable>
#include <mutex>

class Manual { // trap: it is taken back
  std::mutex mu_;
  std::condition_variable cv_;
  bool set_ = false;

public:
  void set() {
    std::lock_guard<std::mutex> hold(mu_);
    set_ = true;
    cv_.notify_all();
  }
  void reset() {
    std::lock_guard<std::mutex> hold(mu_);
    set_ = false;
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return set_; });
  }
};

class Automatic { // trap: the waiter takes it back
  std::mutex mu_;
  std::condition_variable cv_;
  bool set_ = false;

public:
  void set() {
    std::lock_guard<std::mutex> hold(mu_);
    set_ = true;
    cv_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return set_; });
    set_ = false;
  }
};

class Gate { // trap: opened and closed as somebody says
  std::mutex mu_;
  std::condition_variable cv_;
  bool paused_ = false;

public:
  void pause(bool p) {
    std::lock_guard<std::mutex> hold(mu_);
    paused_ = p;
    cv_.notify_all();
  }
  void pass() {
    std::unique_lock<std::mutex> hold(mu_);
    while (paused_)
      cv_.wait(hold);
  }
};

class Level { // trap: a number that others wait for
  std::mutex mu_;
  std::condition_variable cv_;
  int level_ = 0;

public:
  void raise(int to) {
    std::lock_guard<std::mutex> hold(mu_);
    level_ = to;
    cv_.notify_all();
  }
  void wait(int wanted) {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return level_ >= wanted; });
  }
};

class Shared { // trap: readers and writers
  std::mutex mu_;
  std::condition_variable cv_;
  int readers_ = 0;
  bool writer_ = false;

public:
  void beginRead() {
    std::unique_lock<std::mutex> hold(mu_);
    while (writer_)
      cv_.wait(hold);
    ++readers_;
  }
  void endRead() {
    std::lock_guard<std::mutex> hold(mu_);
    if (--readers_ == 0)
      cv_.notify_all();
  }
  void beginWrite() {
    std::unique_lock<std::mutex> hold(mu_);
    while (writer_ || readers_)
      cv_.wait(hold);
    writer_ = true;
  }
  void endWrite() {
    std::lock_guard<std::mutex> hold(mu_);
    writer_ = false;
    cv_.notify_all();
  }
};

class Exclusive { // trap: compactions of one kind at a time: state of one type
  std::mutex mu_;
  std::condition_variable cv_;
  bool compacting_ = false;

public:
  void compact() {
    std::unique_lock<std::mutex> hold(mu_);
    while (compacting_)
      cv_.wait(hold);
    compacting_ = true;
    hold.unlock();
    hold.lock();
    compacting_ = false;
    cv_.notify_all();
  }
};
