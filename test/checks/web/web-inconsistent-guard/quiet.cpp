// Bare accesses that are right.
#include <future>
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

class Fine {
public:
  // trap: constructors and destructors are alone
  Fine() { sum_ = 1; }
  explicit Fine(int n) : sum_(n) { init(n); }
  ~Fine() { sum_ = 0; }
  void add(int n) {
    std::lock_guard lock(mu_);
    sum_ += n;
    addLocked(n);
  }
  void twice(int n) {
    std::lock_guard lock(mu_);
    addLocked(n);
    addLocked(n);
  }
  int sum() const {
    std::lock_guard lock(mu_);
    return sum_;
  }

private:
  // trap: only called with the lock held
  void addLocked(int n) { sum_ += n; }
  // trap: only called by the constructor
  void init(int n) { sum_ = n; }
  mutable std::mutex mu_;
  int sum_ = 0;
};

// trap: atomic
class Atomics {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
    ++plain_;
  }
  void sub() {
    std::lock_guard lock(mu_);
    --n_;
    --plain_;
  }
  int get() const { return n_; }

private:
  std::mutex mu_;
  std::atomic<int> n_{0};
  int plain_ = 0;
};

// trap: set once, never written under the lock
class Constant {
public:
  explicit Constant(std::string name) : name_(std::move(name)) {}
  void hello() {
    std::lock_guard lock(mu_);
    out_ += name_;
  }
  void bye() {
    std::lock_guard lock(mu_);
    out_ += name_ + "!";
  }
  const std::string &name() const { return name_; }

private:
  std::mutex mu_;
  std::string name_;
  std::string out_;
};

// trap: checked before it is locked
class Lazy {
public:
  int *get() {
    if (p_)
      return p_;
    std::lock_guard lock(mu_);
    if (!p_)
      p_ = new int(1);
    return p_;
  }
  void reset() {
    std::lock_guard lock(mu_);
    delete p_;
    p_ = nullptr;
  }

private:
  std::mutex mu_;
  int *p_ = nullptr;
};

// trap: a public function that callers call with the lock held
class Helper {
public:
  void run() {
    std::lock_guard lock(mu_);
    step();
    ++n_;
  }
  void jump() {
    std::lock_guard lock(mu_);
    n_ += 10;
    step();
  }
  void step() { ++n_; }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: the name says who locks
class ByName {
public:
  void a() {
    std::lock_guard lock(mu_);
    ++n_;
  }
  void b() {
    std::lock_guard lock(mu_);
    --n_;
  }
  int getLocked() const { return n_; }
  int getUnsafe() const { return n_; }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: before its thread starts, and after it has ended
class Worker {
public:
  void start() {
    done_ = false;
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    thread_.join();
    done_ = true;
  }
  void a() {
    std::lock_guard lock(mu_);
    done_ = true;
  }
  void b() {
    std::lock_guard lock(mu_);
    done_ = !done_;
  }

private:
  void run() {
    std::lock_guard lock(mu_);
    done_ = true;
  }
  std::mutex mu_;
  std::thread thread_;
  bool done_ = false;
};

// trap: most accesses are bare: the lock is for something else
class Mostly {
public:
  void a() { ++n_; }
  void b() { --n_; }
  int c() const { return n_; }
  void d() {
    std::lock_guard lock(mu_);
    ++n_;
    ++other_;
  }
  void e() {
    std::lock_guard lock(mu_);
    --n_;
    --other_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
  int other_ = 0;
};

// trap: a member that locks for itself
class Guarded {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
class Outer {
public:
  void a() {
    std::lock_guard lock(mu_);
    inner_.add();
    ++n_;
  }
  void b() {
    std::lock_guard lock(mu_);
    inner_.add();
    --n_;
  }
  void c() { inner_.add(); }

private:
  std::mutex mu_;
  Guarded inner_;
  int n_ = 0;
};

// trap: an object of one's own, known to nobody
class Value {
public:
  void set(int v) {
    std::lock_guard lock(mu_);
    v_ = v;
  }
  void bump() {
    std::lock_guard lock(mu_);
    ++v_;
  }
  static int make() {
    Value local;
    local.v_ = 3;
    return local.v_;
  }

private:
  std::mutex mu_;
  int v_ = 0;
};

namespace made {
struct Chunk {
  Chunk *next;
};
class Pipe {
  Chunk *head_ = nullptr;
  unsigned size_ = 0;
  mutable std::mutex pipe_mu_;

public:
  unsigned size() const {
    std::lock_guard<std::mutex> hold(pipe_mu_);
    return size_;
  }
  void push(Chunk *c) {
    std::lock_guard<std::mutex> hold(pipe_mu_);
    c->next = head_;
    head_ = c;
    ++size_;
  }
  Chunk *shift() {
    std::lock_guard<std::mutex> hold(pipe_mu_);
    Chunk *c = head_;
    head_ = c->next;
    --size_;
    return c;
  }
};
class Player {
  std::shared_ptr<Pipe> pipe_;

public:
  void run() {
    pipe_ = std::make_shared<Pipe>(); // trap: a new object's first values
    pipe_->push(new Chunk);
    delete pipe_->shift();
  }
  unsigned waiting() const { return pipe_->size(); }
};
} // namespace made

// A lambda that is called in place runs under the lock of its function.
class SortedBatch {
public:
  void sort(std::vector<int> &order) {
    std::lock_guard<std::mutex> hold(mutex_);
    auto &items = items_;
    std::sort(order.begin(), order.end(), [&items](int a, int b) {
      return items[a] < items[b]; // trap: locked outside
    });
  }
  void add(int v) {
    std::lock_guard<std::mutex> hold(mutex_);
    items_.push_back(v);
  }
  int size() {
    std::lock_guard<std::mutex> hold(mutex_);
    return items_.size();
  }

private:
  std::mutex mutex_;
  std::vector<int> items_;
};
