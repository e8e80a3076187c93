#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

// trap: it guards a sibling
class Counter {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: it guards a device, or a library without locks
class Printer {
public:
  void print(const std::string &line) {
    std::lock_guard lock(mu_);
    std::puts(line.c_str());
  }

private:
  std::mutex mu_;
};

// trap: a global
static int total;
class Adder {
public:
  void add(int x) {
    std::lock_guard lock(mu_);
    total += x;
  }

private:
  std::mutex mu_;
};

// trap: what an argument refers to
class Writer {
public:
  void write(std::vector<int> &to) {
    std::lock_guard lock(mu_);
    to.clear();
  }

private:
  std::mutex mu_;
};

// trap: through a helper
class Helped {
public:
  void set(int x) {
    std::lock_guard lock(mu_);
    store(x);
  }

private:
  void store(int x) { value_ = x; }
  std::mutex mu_;
  int value_ = 0;
};

// trap: for a condition variable
class Waiter {
public:
  void wait() {
    std::unique_lock lock(mu_);
    cv_.wait(lock);
  }

private:
  std::mutex mu_;
  std::condition_variable cv_;
};

// trap: handed to code that is not here
void guardWith(std::mutex &mu);
class Lender {
public:
  void lend() { guardWith(mu_); }

private:
  std::mutex mu_;
};

// trap: a lock of a lock
class FairLock {
public:
  void lock() { mu_.lock(); }
  void unlock() { mu_.unlock(); }

private:
  std::mutex mu_;
};
