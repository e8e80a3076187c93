#include <condition_variable>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

// trap: private, as it should be
class Account {
public:
  void deposit(int x) {
    std::lock_guard lock(mu_);
    balance_ += x;
  }

private:
  mutable std::mutex mu_;
  int balance_ = 0;
};

// trap: plain data that one function here shares
struct Shared {
  std::mutex mu;
  int value = 0;
};

void bump(Shared &s) {
  std::lock_guard lock(s.mu);
  ++s.value;
}

// trap: constructors are no behaviour
struct Slot {
  Slot() : id(0) {}
  explicit Slot(int id) : id(id) {}
  std::mutex mu;
  int id;
};

// trap: its own method never locks; its one owner does
struct Entry {
  std::mutex mu;
  std::string name;
  bool named() const { return !name.empty(); }
};

class Registry {
public:
  void rename(Entry &e) {
    std::lock_guard lock(e.mu);
    e.name = "x";
  }
};

// trap: a lock made of a lock
class SpinLock {
public:
  std::mutex impl;
  void lock() { impl.lock(); }
  bool try_lock() { return impl.try_lock(); }
  void unlock() { impl.unlock(); }
};

// trap: a synchronized value
template <typename T> class Guarded {
public:
  class Access {
  public:
    explicit Access(Guarded &g) : lock_(g.mu), value_(g.value_) {}
    T *operator->() { return &value_; }

  private:
    std::unique_lock<std::mutex> lock_;
    T &value_;
  };
  Access lock() { return Access(*this); }

private:
  friend class Access;
  std::mutex mu;
  T value_;
};

void useGuarded() {
  Guarded<std::string> g;
  g.lock()->clear();
}

// trap: a private member class
class Server {
public:
  void stop() {
    std::lock_guard lock(state_.mu);
    state_.reset();
  }

private:
  struct State {
    std::mutex mu;
    bool running = false;
    void reset() { running = false; }
  };
  State state_;
};

// trap: for the library's own use
namespace detail {
struct Pool {
  std::mutex mu;
  std::vector<void *> free;
  void *take() {
    std::lock_guard lock(mu);
    return free.empty() ? nullptr : free.back();
  }
};
} // namespace detail

// trap: a class in a function
void local() {
  struct Counter {
    std::mutex mu;
    int n = 0;
    void add() {
      std::lock_guard lock(mu);
      ++n;
    }
  };
  Counter c;
  c.add();
}

// trap: internal linkage
static std::mutex fileLock;
namespace {
std::mutex otherLock;
struct Anonymous {
  std::mutex mu;
  int n = 0;
};
} // namespace
const std::shared_ptr<std::mutex> noLockItself;

void internal() {
  std::scoped_lock lock(fileLock, otherLock);
  static std::mutex once;
  std::lock_guard inner(once);
}

// trap: a thread's own
thread_local std::mutex mine;

// trap: a guard as a member is no lock
class Holder {
public:
  std::unique_lock<std::mutex> held;
  void drop() { held.unlock(); }
};
