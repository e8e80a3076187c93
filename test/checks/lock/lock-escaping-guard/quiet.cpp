#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

// trap: private helpers
class Store {
public:
  void add(int x) {
    std::unique_lock held = acquire();
    addLocked(held, x);
  }

private:
  std::unique_lock<std::mutex> acquire() { return std::unique_lock(mu_); }
  void addLocked(std::unique_lock<std::mutex> &held, int x) {
    (void)held;
    data_.push_back(x);
  }
  std::mutex mu_;
  std::vector<int> data_;
};

// trap: the guard comes with the data it is for
class Document {
public:
  class Editing {
  public:
    explicit Editing(Document &d) : held_(d.mu_), text_(d.text_) {}
    std::vector<char> &text() { return text_; }

  private:
    std::unique_lock<std::mutex> held_;
    std::vector<char> &text_;
  };
  Editing edit() { return Editing(*this); }
  std::pair<std::unique_lock<std::mutex>, std::vector<char> *> open() {
    return {std::unique_lock(mu_), &text_};
  }

private:
  std::mutex mu_;
  std::vector<char> text_;
};

// trap: a condition variable is given the guard of its caller
class Event {
public:
  void wait(std::unique_lock<std::mutex> &held) {
    while (!set_)
      cv_.wait(held);
  }
  void set() {
    set_ = true;
    cv_.notify_all();
  }

private:
  std::mutex unused_;
  std::condition_variable cv_;
  bool set_ = false;
};

// trap: the same through a helper
class Signal {
public:
  bool waitFor(std::unique_lock<std::mutex> &held, int n) {
    return step(held, n);
  }

private:
  bool step(std::unique_lock<std::mutex> &held, int n) {
    cv_.wait(held);
    return n > 0;
  }
  std::mutex mu_;
  std::condition_variable cv_;
};

// trap: it has no lock: whose guard this is, is its caller's affair
class Printer {
public:
  void print(std::unique_lock<std::mutex> &held, int x) {
    (void)held;
    last_ = x;
  }

private:
  int last_ = 0;
};

// trap: a guard in a class of its own
class Transaction {
public:
  explicit Transaction(std::mutex &mu) : held_(mu) {}
  std::unique_lock<std::mutex> release() { return std::move(held_); }

private:
  std::unique_lock<std::mutex> held_;
};

// trap: a lock is there to be locked
class Resource {
public:
  void lock() { mu_.lock(); }
  bool try_lock() { return mu_.try_lock(); }
  void unlock() { mu_.unlock(); }
  std::unique_lock<std::mutex> guard() { return std::unique_lock(mu_); }

private:
  std::mutex mu_;
};

// trap: free functions of one file
static std::mutex fileLock;
static std::unique_lock<std::mutex> lockFile() {
  return std::unique_lock(fileLock);
}
void touchFile() { auto held = lockFile(); }

// trap: what the caller wants done is passed in
class Inside {
public:
  template <typename F> auto withLock(F &&f) {
    std::scoped_lock hold(mu_);
    return f(data_);
  }

private:
  std::mutex mu_;
  std::vector<int> data_;
};
void useInside() {
  Inside i;
  i.withLock([](std::vector<int> &v) { v.clear(); });
}
