// Stops that are heard.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

// Notified before the join, in the function or by what it calls.
class Writer {
public:
  Writer() : worker_([this] { run(); }) {}
  ~Writer() {
    {
      std::lock_guard hold(mutex_);
      stop_ = true; // trap: notified after the unlock
    }
    wake_.notify_all();
    worker_.join();
  }

private:
  void run() {
    std::unique_lock hold(mutex_);
    wake_.wait(hold, [this] { return stop_; });
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread worker_;
};

class ByHelper {
public:
  ByHelper() : worker_([this] { run(); }) {}
  ~ByHelper() {
    {
      std::lock_guard hold(mutex_);
      stop_ = true; // trap: ring() notifies
    }
    ring();
    worker_.join();
  }

private:
  void ring() { wake_.notify_all(); }
  void run() {
    std::unique_lock hold(mutex_);
    wake_.wait(hold, [this] { return stop_; });
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread worker_;
};

// Notified first, under the lock: the thread wakes up after the unlock.
class First {
public:
  First() : worker_([this] { run(); }) {}
  ~First() {
    {
      std::lock_guard hold(mutex_);
      wake_.notify_all();
      stop_ = true; // trap: still locked
    }
    worker_.join();
  }

private:
  void run() {
    std::unique_lock hold(mutex_);
    wake_.wait(hold, [this] { return stop_; });
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread worker_;
};

// It looks again every second.
class Timed {
public:
  Timed() : worker_([this] { run(); }) {}
  ~Timed() {
    {
      std::lock_guard hold(mutex_);
      stop_ = true; // trap: a second late at most
    }
    worker_.join();
  }

private:
  void run() {
    std::unique_lock hold(mutex_);
    while (!stop_)
      wake_.wait_for(hold, std::chrono::seconds(1));
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread worker_;
};

// Another thread than the one that is joined.
class Other {
public:
  Other() : worker_([this] { count(); }) {}
  ~Other() {
    {
      std::lock_guard hold(mutex_);
      done_ = true; // trap: whoever waits is not joined
    }
    worker_.join();
  }
  void wait() {
    std::unique_lock hold(mutex_);
    over_.wait(hold, [this] { return done_; });
  }
  void give() { over_.notify_all(); }

private:
  void count() { ++n_; }
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  int n_ = 0;
  std::thread worker_;
};

// Something nobody sees may wake it up.
class Hooked {
public:
  explicit Hooked(std::function<void()> wakeUp)
      : wakeUp_(std::move(wakeUp)), worker_([this] { run(); }) {}
  ~Hooked() {
    {
      std::lock_guard hold(mutex_);
      stop_ = true; // trap: the hook may call ring()
    }
    wakeUp_();
    worker_.join();
  }
  void ring() { wake_.notify_all(); }

private:
  void run() {
    std::unique_lock hold(mutex_);
    wake_.wait(hold, [this] { return stop_; });
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::function<void()> wakeUp_;
  std::thread worker_;
};

// The wait has the token, or its condition asks it.
class Pump {
public:
  Pump()
      : thread_([this](std::stop_token stop) { run(stop); }),
        second_([this](std::stop_token stop) { asks(stop); }) {}
  ~Pump() {
    second_.request_stop();
    ask_.notify_all();
  }
  void push(int v) {
    std::lock_guard hold(mutex_);
    queue_.push_back(v);
    some_.notify_one();
  }

private:
  void run(std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::unique_lock hold(mutex_);
      if (some_.wait(hold, stop, [this] { return !queue_.empty(); })) // trap: with the token
        queue_.pop_front();
    }
  }
  void asks(std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::unique_lock hold(mutex_);
      ask_.wait(hold, [&] { return stop.stop_requested() || !queue_.empty(); }); // trap: asked, and notified
    }
  }
  std::mutex mutex_;
  std::condition_variable_any some_;
  std::condition_variable ask_;
  std::deque<int> queue_;
  std::jthread thread_, second_;
};

// The destructor puts in what ends the loop.
class Poisoned {
public:
  Poisoned() : thread_([this](std::stop_token stop) { run(stop); }) {}
  ~Poisoned() {
    thread_.request_stop();
    push(0);
  }
  void push(int v) {
    std::lock_guard hold(mutex_);
    queue_.push_back(v);
    some_.notify_one();
  }

private:
  void run(std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::unique_lock hold(mutex_);
      some_.wait(hold, [this] { return !queue_.empty(); }); // trap: a last item comes
      queue_.pop_front();
    }
  }
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<int> queue_;
  std::jthread thread_;
};
