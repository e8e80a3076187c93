// Second lockings that are none, or are allowed.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>
#include <vector>

// trap: a recursive mutex
class Tree {
public:
  void insert() {
    std::lock_guard lock(mu_);
    ++n_;
    balance();
  }
  void balance() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::recursive_mutex mu_;
  int n_ = 0;
};

// trap: a lock of one's own that remembers its owner
class OwnedLock {
public:
  void lock() {
    if (owner_ == std::this_thread::get_id()) {
      ++depth_;
      return;
    }
    inner_.lock();
    owner_ = std::this_thread::get_id();
  }
  void unlock() {
    if (depth_ > 0) {
      --depth_;
      return;
    }
    owner_ = {};
    inner_.unlock();
  }

private:
  std::mutex inner_;
  std::thread::id owner_;
  int depth_ = 0;
};
class Owned {
public:
  void outer() {
    std::lock_guard<OwnedLock> lock(mu_);
    inner();
  }
  void inner() {
    std::lock_guard<OwnedLock> lock(mu_);
    ++n_;
  }

private:
  OwnedLock mu_;
  int n_ = 0;
};

class Safe {
public:
  // trap: released before the call
  void append(int line) {
    {
      std::lock_guard lock(mu_);
      lines_.push_back(line);
    }
    clear();
  }
  void rotate() {
    std::unique_lock lock(mu_);
    lines_.push_back(0);
    lock.unlock();
    clear();
  }
  void clear() {
    std::lock_guard lock(mu_);
    lines_.clear();
  }
  // trap: a helper that expects the lock
  void reset() {
    std::lock_guard lock(mu_);
    clearLocked();
  }
  // trap: tries
  bool tries() {
    std::lock_guard lock(mu_);
    lines_.push_back(1);
    if (mu_.try_lock()) {
      mu_.unlock();
      return true;
    }
    return false;
  }
  // trap: locked on another path than the call
  void either(bool now) {
    std::unique_lock lock(mu_, std::defer_lock);
    if (now) {
      lock.lock();
      lines_.push_back(2);
    } else {
      clear();
    }
  }
  // trap: leaves the scope on every path that holds it
  void leaves(bool empty) {
    if (empty) {
      std::lock_guard lock(mu_);
      lines_.clear();
      return;
    }
    clear();
  }
  // trap: adopts, does not lock
  void adopts() {
    mu_.lock();
    std::lock_guard lock(mu_, std::adopt_lock);
    lines_.push_back(3);
  }
  // trap: the helper unlocks what it is given
  void hands() {
    std::unique_lock lock(mu_);
    lines_.push_back(4);
    finish(std::move(lock));
    clear();
  }
  void unlocksGiven() {
    std::unique_lock lock(mu_);
    drop(lock);
    clear();
  }
  // trap: a flag says that it is locked already
  void flagged(bool locked) {
    std::unique_lock lock(mu_, std::defer_lock);
    if (!locked)
      lock.lock();
    lines_.push_back(5);
  }
  void callsFlagged() {
    std::lock_guard lock(mu_);
    flagged(true);
  }
  // trap: runs later, on another thread
  std::thread starts() {
    std::lock_guard lock(mu_);
    lines_.push_back(6);
    return std::thread([this] { clear(); });
  }
  // trap: kept, not called
  std::function<void()> keeps() {
    std::lock_guard lock(mu_);
    return [this] { clear(); };
  }
  // trap: the guard in an optional is gone
  void optional() {
    std::optional<std::unique_lock<std::mutex>> lock(std::in_place, mu_);
    lines_.push_back(7);
    lock.reset();
    clear();
  }
  // trap: locked after, not before
  void after() {
    clear();
    std::lock_guard lock(mu_);
    lines_.push_back(8);
  }
  // trap: locked, unlocked and locked by hand
  void byHand() {
    mu_.lock();
    lines_.push_back(9);
    mu_.unlock();
    mu_.lock();
    lines_.push_back(10);
    mu_.unlock();
  }

private:
  void clearLocked() { lines_.clear(); }
  static void finish(std::unique_lock<std::mutex> lock) { lock.unlock(); }
  static void drop(std::unique_lock<std::mutex> &lock) { lock.unlock(); }
  std::mutex mu_;
  std::vector<int> lines_;
};

// trap: the same class, other objects
struct Node {
  std::mutex mu;
  Node *next = nullptr;
  int v = 0;
  void push() {
    std::lock_guard lock(mu);
    ++v;
    if (next)
      next->push();
  }
};
void two(Node &x, Node &y) {
  std::lock_guard lock(x.mu);
  y.push();
}
// trap: elements that may be others
void elements(std::vector<Node *> &nodes, size_t i, size_t j) {
  std::lock_guard lock(nodes[i]->mu);
  nodes[j]->push();
}
// trap: the pointer has moved on
void along(Node *p) {
  std::unique_lock lock(p->mu);
  ++p->v;
  p = p->next;
  if (p)
    p->push();
}
// trap: another lock of the same object
class TwoLocks {
public:
  void outer() {
    std::lock_guard lock(a_);
    inner();
  }

private:
  void inner() {
    std::lock_guard lock(b_);
    ++v_;
  }
  std::mutex a_, b_;
  int v_ = 0;
};

// trap: waits, and so lets go
class Queue {
public:
  int pop() {
    std::unique_lock lock(mu_);
    cv_.wait(lock, [this] { return !items_.empty(); });
    int v = items_.back();
    items_.pop_back();
    return v;
  }
  void push(int v) {
    {
      std::lock_guard lock(mu_);
      items_.push_back(v);
    }
    cv_.notify_one();
  }

private:
  std::mutex mu_;
  std::condition_variable cv_;
  std::vector<int> items_;
};

// trap: read, let go, write
class Upgrade {
public:
  void find(int key) {
    {
      std::shared_lock read(mu_);
      if (v_ == key)
        return;
    }
    std::unique_lock write(mu_);
    v_ = key;
  }

private:
  std::shared_mutex mu_;
  int v_ = 0;
};

// trap: two loops over different objects with one name
void each(std::vector<Node> &nodes) {
  for (Node &node : nodes) {
    std::lock_guard lock(node.mu);
    ++node.v;
  }
  for (Node &node : nodes) {
    std::lock_guard lock(node.mu);
    --node.v;
  }
}

// The accessor gives one of several objects.
class Journal {
public:
  static Journal &main() {
    static Journal main;
    return main;
  }
  void add(int line) {
    std::lock_guard hold(mu_);
    ++lines_;
    if (line < 0)
      forward(line); // trap: this may be another journal
  }

private:
  static void forward(int line) { main().add(-line); }
  std::mutex mu_;
  int lines_ = 0;
};
void useJournal() {
  Journal own;
  own.add(-1);
}

// Once for each of two things.
class TwoOnces {
public:
  static int first() {
    std::call_once(one, [] { a = second(); }); // trap: the other flag
    return a;
  }
  static int second() {
    std::call_once(two, [] { b = 1; });
    return b;
  }

private:
  static std::once_flag one, two;
  static int a, b;
};
