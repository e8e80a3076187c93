// Threads that are told to stop while they sleep.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

class Writer {
public:
  Writer() : worker_([this] { run(); }) {}
  ~Writer() {
    {
      std::lock_guard hold(mutex_);
      stop_ = true; // note: "is set here"
    }
    worker_.join(); // expect: cv-stop-unheard "'worker_' is joined after 'stop_' was set, but nobody notifies 'wake_'"
  }
  void write(int line) {
    {
      std::lock_guard hold(mutex_);
      lines_.push_back(line); // trap: the thread is woken for it
    }
    wake_.notify_one();
  }

private:
  void run() {
    std::unique_lock hold(mutex_);
    for (;;) {
      wake_.wait(hold, [this] { return stop_ || !lines_.empty(); }); // note: "looks at 'stop_' only when it wakes up"
      if (lines_.empty())
        return;
      lines_.pop_front();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<int> lines_;
  bool stop_ = false;
  std::thread worker_;
};

// Several threads, a loop around the wait, a flag that is cleared.
class Crew {
public:
  void start(int n) {
    for (int i = 0; i < n; ++i)
      workers_.emplace_back(&Crew::work, this);
  }
  void stop() {
    std::unique_lock hold(mutex_);
    running_ = false;
    hold.unlock();
    for (std::thread &each : workers_)
      each.join(); // expect: cv-stop-unheard "is joined after 'running_' was set, but nobody notifies 'more_'"
  }
  void add(int job) {
    std::lock_guard hold(mutex_);
    jobs_.push_back(job);
    more_.notify_one();
  }

private:
  void work() {
    std::unique_lock hold(mutex_);
    while (running_) {
      while (running_ && jobs_.empty())
        more_.wait(hold);
      if (!jobs_.empty())
        jobs_.pop_front();
    }
  }
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<int> jobs_;
  bool running_ = true;
  std::vector<std::thread> workers_;
};

// The loop asks its token, the wait does not have it.
class Pump {
public:
  Pump() : thread_([this](std::stop_token stop) { run(stop); }) {}
  void push(int v) {
    {
      std::lock_guard hold(mutex_);
      queue_.push_back(v);
    }
    some_.notify_one();
  }

private:
  void run(std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::unique_lock hold(mutex_);
      some_.wait(hold, [this] { return !queue_.empty(); }); // expect: cv-stop-unheard "'some_' is waited for without the stop token"
      queue_.pop_front(); // note@-1: "give the token to the wait"
    }
  }
  std::mutex mutex_;
  std::condition_variable_any some_;
  std::deque<int> queue_;
  std::jthread thread_;
};

class Plain {
public:
  Plain()
      : thread_([this](std::stop_token stop) {
          while (!stop.stop_requested()) {
            std::unique_lock hold(mutex_);
            some_.wait(hold, [this] { return !queue_.empty(); }); // expect: cv-stop-unheard "a thread that sleeps here does not hear that it is to stop"
            queue_.pop_front();
          }
        }) {}
  void push(int v) {
    std::lock_guard hold(mutex_);
    queue_.push_back(v);
    some_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<int> queue_;
  std::jthread thread_;
};
