// Flags that are no race, or that others speak of.
#include <atomic>
#include <mutex>
#include <thread>
bool step();

class Atomic {
public:
  void start() { thread_ = std::thread([this] { while (running_) step(); }); } // trap: atomic
  void stop() { running_ = false; thread_.join(); }

private:
  std::atomic<bool> running_{true};
  std::thread thread_;
};

class Locked {
public:
  void start() { thread_ = std::thread([this] { while (isRunning()) step(); }); } // trap: under the lock
  void stop() {
    { std::lock_guard hold(mutex_); running_ = false; }
    thread_.join();
  }

private:
  bool isRunning() { std::lock_guard hold(mutex_); return running_; }
  std::mutex mutex_;
  bool running_ = true;
  std::thread thread_;
};

class Volatile {
public:
  void start() { thread_ = std::thread([this] { while (running_) step(); }); } // trap: volatile-sync's
  void stop() { running_ = false; thread_.join(); }

private:
  volatile bool running_ = true;
  std::thread thread_;
};

class Before {
public:
  void start() {
    verbose_ = true; // trap: set before the thread exists
    thread_ = std::thread([this] { while (step()) if (verbose_) step(); });
  }
  void wait() { thread_.join(); }

private:
  bool verbose_ = false;
  std::thread thread_;
};

class After {
public:
  void start() { thread_ = std::thread([this] { while (busy_ && step()) {} }); }
  void wait() {
    thread_.join();
    busy_ = false; // trap: the thread is over
  }

private:
  bool busy_ = true;
  std::thread thread_;
};

/// An event loop: its handlers run on its own thread.
class Loop {
public:
  void run() { while (!quit_) step(); } // trap: nobody is seen to set it from outside
  void quit() { quit_ = true; }
  void start() { thread_ = std::thread([this] { run(); }); }
  void join() { thread_.join(); }

private:
  bool quit_ = false;
  std::thread thread_;
};

class Own {
public:
  void start() {
    thread_ = std::thread([this] {
      while (!failed_) // trap: set by the thread itself
        if (!step())
          failed_ = true;
    });
  }
  bool wait() { thread_.join(); return failed_; }

private:
  bool failed_ = false;
  std::thread thread_;
};
