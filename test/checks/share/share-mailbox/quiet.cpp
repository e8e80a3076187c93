// What is shared, and not handed over.
// flags: -isystem %runtime
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <runnel/runnel.h>
#include <string>
#include <thread>

class Latest { // trap: readers look, and leave it there
  std::mutex mu_;
  std::condition_variable cv_;
  std::optional<int> value_;

public:
  void set(int x) {
    std::lock_guard<std::mutex> hold(mu_);
    value_ = x;
    cv_.notify_all();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return value_.has_value(); });
    return *value_;
  }
};

class Versioned { // trap: waiters wait for another value than the one they know
  std::mutex mu_;
  std::condition_variable cv_;
  int version_ = 0;
  std::string text_;

public:
  void set(std::string t) {
    std::lock_guard<std::mutex> hold(mu_);
    text_ = std::move(t);
    ++version_;
    cv_.notify_all();
  }
  std::string next(int &seen) {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return version_ != seen; });
    seen = version_;
    return text_;
  }
};

class Turns { // trap: the flag says whose turn it is: state, no value
  std::mutex mu_;
  std::condition_variable cv_;
  bool ping_ = true;

public:
  void ping() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return ping_; });
    ping_ = false;
    cv_.notify_one();
  }
  void pong() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return !ping_; });
    ping_ = true;
    cv_.notify_one();
  }
};

class Cell { // trap: nobody waits
  std::mutex mu_;
  std::optional<int> value_;

public:
  void set(int x) {
    std::lock_guard<std::mutex> hold(mu_);
    value_ = x;
  }
  std::optional<int> take() {
    std::lock_guard<std::mutex> hold(mu_);
    auto v = value_;
    value_.reset();
    return v;
  }
};

class Modes { // trap: a state machine
  enum Mode { Idle, Busy, Draining };
  std::mutex mu_;
  std::condition_variable cv_;
  Mode mode_ = Idle;

public:
  void start() {
    std::unique_lock<std::mutex> hold(mu_);
    while (mode_ != Idle)
      cv_.wait(hold);
    mode_ = Busy;
  }
  void drain() {
    std::lock_guard<std::mutex> hold(mu_);
    mode_ = Draining;
    cv_.notify_all();
  }
  void finish(Mode next) {
    std::lock_guard<std::mutex> hold(mu_);
    mode_ = next;
    cv_.notify_all();
  }
};

int compute();
int on_a_thread() {
  std::promise<int> result;
  auto later = result.get_future();
  std::thread t([&] { result.set_value(compute()); }); // trap: threads have futures
  int answer = later.get();
  t.join();
  return answer;
}

void by_channel() {
  runnel::channel<int> answer(1);
  runnel::go([=] { answer.send(compute()); }); // trap: it is one
  answer.recv();
}

class Config { // trap: replaced as a whole, and read by many
  std::mutex mu_;
  std::condition_variable cv_;
  std::string text_;
  bool loaded_ = false;

public:
  void load(std::string text) {
    std::lock_guard<std::mutex> hold(mu_);
    text_ = std::move(text);
    loaded_ = true;
    cv_.notify_all();
  }
  std::string get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return loaded_; });
    return text_;
  }
};
