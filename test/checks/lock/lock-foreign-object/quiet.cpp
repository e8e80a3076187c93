#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// trap: the same class: swap, merge, assignment
class Set {
public:
  Set() = default;
  Set(const Set &other) {
    std::lock_guard lock(other.mu_);
    data_ = other.data_;
  }
  Set &operator=(const Set &other) {
    if (this != &other) {
      std::scoped_lock lock(mu_, other.mu_);
      data_ = other.data_;
    }
    return *this;
  }
  void merge(Set &other) {
    std::scoped_lock lock(mu_, other.mu_);
    data_.insert(data_.end(), other.data_.begin(), other.data_.end());
  }
  friend void swap(Set &a, Set &b) {
    std::scoped_lock lock(a.mu_, b.mu_);
    a.data_.swap(b.data_);
  }

private:
  mutable std::mutex mu_;
  std::vector<int> data_;
};

// trap: nested classes, both ways
class Server {
public:
  class Session {
  public:
    explicit Session(Server &s) : server_(s) {}
    void close() {
      std::lock_guard lock(server_.mu_);
      --server_.open_;
    }

  private:
    Server &server_;
  };
  void stop() {
    std::lock_guard lock(state_.mu);
    state_.running = false;
  }

private:
  struct State {
    std::mutex mu;
    bool running = false;
  };
  std::mutex mu_;
  int open_ = 0;
  State state_;
};

// trap: the test of the class is its friend
class Journal {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  friend class JournalTest;
  std::mutex mu_;
  int n_ = 0;
};
class JournalTest {
public:
  void run(Journal &j) {
    std::lock_guard lock(j.mu_);
    j.n_ = 0;
  }
};

// trap: data without behaviour, and the one class that uses it
struct Shared {
  std::mutex mu;
  int value = 0;
};
class User {
public:
  void bump() {
    std::lock_guard lock(shared_.mu);
    ++shared_.value;
  }
  void reset() {
    std::lock_guard lock(shared_.mu);
    shared_.value = 0;
  }

private:
  Shared shared_;
};

// trap: base and derived
class Base {
public:
  virtual ~Base() = default;
  virtual void step() { std::lock_guard lock(mu_); }

protected:
  std::mutex mu_;
};
class Derived : public Base {
public:
  void step() override { std::lock_guard lock(mu_); }
  void sync(Derived &other) { std::scoped_lock lock(mu_, other.mu_); }
};

// trap: pimpl
class Engine {
public:
  Engine();
  ~Engine();
  void start();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
struct Engine::Impl {
  std::mutex mu;
  bool on = false;
  void turnOn() {
    std::lock_guard lock(mu);
    on = true;
  }
};
Engine::Engine() : impl_(std::make_unique<Impl>()) {}
Engine::~Engine() = default;
void Engine::start() {
  std::lock_guard lock(impl_->mu);
  impl_->on = true;
}

// trap: a lock that was handed in
class Worker {
public:
  explicit Worker(std::mutex &mu) : mu_(mu) {}
  void work() { std::lock_guard lock(mu_); }

private:
  std::mutex &mu_;
};

// trap: locks as values in a container of one's own
class Striped {
public:
  void touch(int i) { std::lock_guard lock(stripes_[i]); }

private:
  std::mutex stripes_[16];
};

// trap: a lock is there to be locked by others
class FairLock {
public:
  void lock() { mu.lock(); }
  void unlock() { mu.unlock(); }
  std::mutex mu;
};
class UsesFairLock {
public:
  void touch() { std::lock_guard lock(fair_); }

private:
  FairLock fair_;
};

// trap: data and its functions, as in C
struct Table {
  std::mutex mu;
  int used;
};
void tableAdd(Table *t) {
  std::lock_guard lock(t->mu);
  ++t->used;
}
void tableClear(Table *t) {
  std::lock_guard lock(t->mu);
  t->used = 0;
}
class TableTest {
public:
  void run() {
    std::lock_guard lock(table_.mu);
    table_.used = 1;
  }

private:
  Table table_;
};

// trap: a counter of permits is no lock, whatever its functions are called
class Limiter {
public:
  bool acquire() { return left_.fetch_sub(1) > 0; }
  void release() { left_.fetch_add(1); }

private:
  std::atomic<int> left_{4};
};
class UsesLimiter {
public:
  void touch(Limiter &l) {
    if (l.acquire())
      l.release();
  }
};

// trap: a guard in a class of its own
class Book {
public:
  void add() {
    std::lock_guard lock(mu);
    ++pages;
  }
  std::mutex mu;
  int pages = 0;
};
class Editing {
public:
  explicit Editing(Book &b) : held_(b.mu), book_(b) {}
  void tear() { --book_.pages; }
  void glue() { ++book_.pages; }
  void pause() { held_.unlock(); }

private:
  std::unique_lock<std::mutex> held_;
  Book &book_;
};
void edit(Book &b) {
  Editing e(b);
  e.tear();
}

// trap: locks of the file
static std::mutex fileLock;
void touchFile() { std::lock_guard lock(fileLock); }

// trap: a class that is nothing but a lock, in words of its own
namespace words {
class Lock {
public:
  void Acquire() { m_.lock(); }
  void Release() { m_.unlock(); }
  bool Try() { return m_.try_lock(); }

private:
  std::mutex m_;
};
class Door {
public:
  void open() { m_.lock(); }
  void shut() { m_.unlock(); }
  bool isOpen() const;

private:
  std::mutex m_;
};
template <class L> class Auto {
public:
  explicit Auto(L &l) : l_(l) { l_.Acquire(); }
  ~Auto() { l_.Release(); }

private:
  L &l_;
};
class Through {
public:
  explicit Through(Door &d) : d_(d) { d_.open(); }
  ~Through() { d_.shut(); }

private:
  Door &d_;
};
} // namespace words
class UsesWords {
public:
  void save() {
    words::Auto<words::Lock> hold(lock_);
    ++saved_;
  }
  void load() {
    words::Through hold(door_);
    ++saved_;
  }

private:
  words::Lock lock_;
  words::Door door_;
  int saved_ = 0;
};
