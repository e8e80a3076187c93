// Threads that are there before what they use.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class BeforeMutex {
public:
  BeforeMutex() : thread_([this] { run(); }) {} // expect: thread-starts-early "'thread_' is started before 'mu_' exists"
  ~BeforeMutex() { thread_.join(); }

private:
  void run() {
    std::lock_guard<std::mutex> hold(mu_); // note: "the thread uses it here"
    done_ = true;
  }
  std::thread thread_; // note: "declare 'thread_' last"
  std::mutex mu_;      // note: "'mu_' is declared after 'thread_'"
  bool done_ = false;
};

class ByDefault {
  std::thread thread_{&ByDefault::run, this}; // expect: thread-starts-early "'values_'"
  std::vector<int> values_;
  void run() { values_.push_back(1); }

public:
  ~ByDefault() { thread_.join(); }
};

void makes() { ByDefault one; } // else nobody has its constructor

class Joining {
  std::mutex mu_;
  std::jthread thread_;
  std::condition_variable cv_;
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold);
  }

public:
  Joining() : thread_([this] { wait(); }) {} // expect: thread-starts-early "'cv_'"
};

class SetAfterwards {
  bool on_;
  std::thread thread_;

public:
  SetAfterwards() {
    thread_ = std::thread([this] { loop(); });
    on_ = true; // expect: thread-starts-early "'on_' is set when the thread that uses it runs already"
  }
  ~SetAfterwards() { thread_.join(); }
  void loop() {
    while (on_)
      std::this_thread::yield();
  }
};

class Base {
  std::thread thread_;

public:
  Base() {
    thread_ = std::thread([this] { work(); }); // expect: thread-starts-early "calls 'Base::work'"
  }
  virtual ~Base() { thread_.join(); }
  virtual void work() = 0;
};

class Task {
  std::thread thread_;

public:
  Task() : thread_() { thread_ = std::thread(&Task::main, this); } // expect: thread-starts-early "'Task::step'"
  virtual ~Task() { thread_.join(); }

protected:
  virtual void step() {}

private:
  void main() { step(); }
};
class Special : public Task {
  std::vector<int> seen_;
  void step() override { seen_.push_back(1); }
};
