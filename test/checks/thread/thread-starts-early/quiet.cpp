// Threads that start when all is there.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
void work();

class Last {
  std::mutex mu_;
  bool done_ = false;
  std::thread thread_;

public:
  Last() : thread_([this] { run(); }) {} // trap: declared last
  ~Last() { thread_.join(); }
  void run() {
    std::lock_guard<std::mutex> hold(mu_);
    done_ = true;
  }
};

class InBody {
  std::thread thread_;
  std::mutex mu_;
  bool done_ = false;

public:
  InBody() { thread_ = std::thread([this] { run(); }); } // trap: all members are there in the body
  ~InBody() { thread_.join(); }
  void run() {
    std::lock_guard<std::mutex> hold(mu_);
    done_ = true;
  }
};

class Started {
  std::thread thread_;
  std::mutex mu_;

public:
  void start() { thread_ = std::thread([this] { run(); }); } // trap: after construction
  void run() { std::lock_guard<std::mutex> hold(mu_); }
  void stop() { thread_.join(); }
};

class Elsewhere {
  std::thread thread_;
  std::vector<int> later_;

public:
  Elsewhere() : thread_([] { work(); }) {} // trap: uses nothing of the object
  ~Elsewhere() { thread_.join(); }
  void add() { later_.push_back(1); }
};

class SetUnderLock {
  std::mutex mu_;
  bool on_ = false;
  std::thread thread_;

public:
  SetUnderLock() {
    thread_ = std::thread([this] { run(); });
    std::lock_guard<std::mutex> hold(mu_);
    on_ = true; // trap: under the lock that the thread takes
  }
  ~SetUnderLock() { thread_.join(); }
  void run() {
    std::lock_guard<std::mutex> hold(mu_);
    if (on_)
      work();
  }
};

class SetAtomically {
  std::atomic<bool> on_{false};
  std::thread thread_;

public:
  SetAtomically() {
    thread_ = std::thread([this] { run(); });
    on_ = true; // trap: atomic
  }
  ~SetAtomically() { thread_.join(); }
  void run() {
    while (!on_.load())
      work();
  }
};

class Unused {
  std::thread thread_;
  int size_ = 0;

public:
  Unused() {
    thread_ = std::thread([this] { run(); });
    size_ = 3; // trap: the thread does not use it
  }
  ~Unused() { thread_.join(); }
  void run() { work(); }
};

class Final final {
  std::thread thread_;

public:
  Final() { thread_ = std::thread([this] { step(); }); } // trap: nothing derives from it
  virtual ~Final() { thread_.join(); }
  virtual void step() { work(); }
};

class NotOverridden {
  std::thread thread_;

public:
  NotOverridden() { thread_ = std::thread([this] { step(); }); } // trap: nobody overrides it
  virtual ~NotOverridden() { thread_.join(); }
  virtual void step() { work(); }
};

class Earlier {
  std::vector<int> first_;
  std::thread thread_;
  int count_ = 0;

public:
  Earlier() : thread_([this] { first_.push_back(1); }) {} // trap: what it uses is declared before
  ~Earlier() { thread_.join(); }
  int count() const { return count_; }
};
