// One value handed over under a mutex.
// flags: -isystem %runtime
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <runnel/runnel.h>
#include <string>
#include <thread>

class Optional { // expect: share-mailbox "'mu_', 'cv_' and 'slot_' hand it from 'put' to 'take'"
  std::mutex mu_;
  std::condition_variable cv_;
  std::optional<int> slot_;

public:
  void put(int x) {
    std::lock_guard<std::mutex> hold(mu_);
    slot_ = x; // note: "'put' fills it here"
    cv_.notify_one();
  }
  int take() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return slot_.has_value(); }); // note: "'take' waits here"
    int x = *slot_;
    slot_.reset();
    return x;
  }
};

class WithFlag { // expect: share-mailbox "'WithFlag' is a mailbox"
  std::mutex mu_;
  std::condition_variable full_, empty_;
  std::string value_;
  bool has_ = false;

public:
  void put(std::string x) {
    std::unique_lock<std::mutex> hold(mu_);
    while (has_)
      empty_.wait(hold);
    value_ = std::move(x);
    has_ = true;
    full_.notify_one();
  }
  std::string take() {
    std::unique_lock<std::mutex> hold(mu_);
    while (!has_)
      full_.wait(hold);
    has_ = false;
    empty_.notify_one();
    return std::move(value_);
  }
};

struct Task {};
class Pointer { // expect: share-mailbox "from 'assign' to 'run'"
  std::mutex mu_;
  std::condition_variable cv_;
  Task *task_ = nullptr;

public:
  void assign(Task *t) {
    std::unique_lock<std::mutex> hold(mu_);
    task_ = t;
    cv_.notify_one();
  }
  Task *run() {
    std::unique_lock<std::mutex> hold(mu_);
    while (task_ == nullptr)
      cv_.wait(hold);
    Task *t = task_;
    task_ = nullptr;
    return t;
  }
};

class Owning { // expect: share-mailbox
  std::mutex mu_;
  std::condition_variable cv_;
  std::unique_ptr<Task> task_;
  bool stop_ = false;

public:
  void assign(std::unique_ptr<Task> t) {
    {
      std::unique_lock<std::mutex> hold(mu_);
      task_ = std::move(t);
    }
    cv_.notify_one();
  }
  void stop() {
    std::unique_lock<std::mutex> hold(mu_);
    stop_ = true;
    cv_.notify_all();
  }
  std::unique_ptr<Task> run() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return stop_ || task_ != nullptr; });
    return std::move(task_);
  }
};

void locals() {
  std::mutex mu;
  std::condition_variable cv;
  std::optional<int> answer; // expect: share-mailbox "'mu', 'cv' and 'answer'"
  std::thread t([&] {
    std::lock_guard<std::mutex> hold(mu);
    answer = 42;
    cv.notify_one();
  });
  {
    std::unique_lock<std::mutex> hold(mu);
    cv.wait(hold, [&] { return answer.has_value(); });
    answer.reset();
  }
  t.join();
}

int compute();
int promised() {
  std::promise<int> result;
  auto later = result.get_future();
  runnel::go([&] {
    result.set_value(compute()); // expect: share-mailbox "the promise 'result'"
  });
  return later.get();
}
