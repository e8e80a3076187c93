// Orders that look like circles and are none. Each trap says why.
#include <atomic>
#include <condition_variable>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

std::mutex a, b;
int data;

// trap: one order everywhere
void ordered1() {
  std::lock_guard x(a);
  ++data;
  std::lock_guard y(b);
}
void ordered2() {
  std::lock_guard x(a);
  --data;
  std::lock_guard y(b);
}

// trap: both at once, in the other order
void together() {
  std::scoped_lock both(b, a);
  ++data;
}
// trap: std::lock, then guards that adopt
void adopted() {
  std::lock(b, a);
  std::lock_guard y(b, std::adopt_lock);
  std::lock_guard x(a, std::adopt_lock);
  ++data;
}
// trap: deferred guards, locked together
void deferred() {
  std::unique_lock y(b, std::defer_lock);
  std::unique_lock x(a, std::defer_lock);
  std::lock(y, x);
  ++data;
}
// trap: tries, and backs off
bool tries() {
  std::lock_guard y(b);
  ++data;
  std::unique_lock x(a, std::try_to_lock);
  if (!x.owns_lock())
    return false;
  ++data;
  return true;
}
// trap: tries by hand
bool triesByHand() {
  std::lock_guard y(b);
  if (!a.try_lock())
    return false;
  ++data;
  a.unlock();
  return true;
}
// trap: released before the other is taken
void handsOver() {
  std::unique_lock y(b);
  ++data;
  y.unlock();
  std::lock_guard x(a);
  ++data;
}
// trap: in a scope of its own
void scopes() {
  {
    std::lock_guard y(b);
    ++data;
  }
  std::lock_guard x(a);
  ++data;
}
// trap: one after the other, in a loop
void alternates() {
  for (int i = 0; i < 10; ++i) {
    {
      std::lock_guard y(b);
      ++data;
    }
    std::lock_guard x(a);
    ++data;
  }
}
// trap: held on some paths only
void maybe(bool flag) {
  std::unique_lock y(b, std::defer_lock);
  if (flag)
    y.lock();
  ++data;
  if (!flag) {
    std::lock_guard x(a);
    ++data;
  }
}
// trap: the guard was given away
std::unique_lock<std::mutex> give() {
  std::unique_lock y(b);
  ++data;
  return y;
}
void afterGiving() {
  std::unique_lock y = give();
  y.unlock();
  std::lock_guard x(a);
  ++data;
}

// trap: a timed lock gives up
struct Timed {
  std::timed_mutex m, n;
  int v = 0;
  void mn() {
    std::lock_guard x(m);
    ++v;
    std::lock_guard y(n);
  }
  void nm() {
    std::lock_guard y(n);
    ++v;
    if (m.try_lock_for(std::chrono::milliseconds(1))) {
      ++v;
      m.unlock();
    }
  }
};

// trap: both sides only read
struct Readers {
  std::shared_mutex m, n;
  int v = 0;
  int mn() const {
    std::shared_lock x(const_cast<std::shared_mutex &>(m));
    int r = v;
    std::shared_lock y(const_cast<std::shared_mutex &>(n));
    return r + v;
  }
  int nm() const {
    std::shared_lock y(const_cast<std::shared_mutex &>(n));
    int r = v;
    std::shared_lock x(const_cast<std::shared_mutex &>(m));
    return r + v;
  }
};

// trap: a gate around both orders lets one thread in
struct Gated {
  std::mutex gate, m, n;
  int v = 0;
  void mn() {
    std::lock_guard g(gate);
    ++v;
    std::lock_guard x(m);
    ++v;
    std::lock_guard y(n);
  }
  void nm() {
    std::lock_guard g(gate);
    --v;
    std::lock_guard y(n);
    --v;
    std::lock_guard x(m);
  }
};

// trap: two objects of one class, ordered by address
class Account {
public:
  static void transfer(Account &from, Account &to, int amount) {
    Account *first = &from, *second = &to;
    if (std::less<Account *>()(second, first))
      std::swap(first, second);
    std::lock_guard x(first->mu_);
    ++data;
    std::lock_guard y(second->mu_);
    from.balance_ -= amount;
    to.balance_ += amount;
  }
  static void move(Account &from, Account &to, int amount) {
    if (&from < &to) {
      std::lock_guard x(from.mu_);
      from.balance_ -= amount;
      std::lock_guard y(to.mu_);
      to.balance_ += amount;
    } else {
      std::lock_guard y(to.mu_);
      to.balance_ += amount;
      std::lock_guard x(from.mu_);
      from.balance_ -= amount;
    }
  }
  // trap: both at once
  Account &operator=(const Account &other) {
    if (this != &other) {
      std::scoped_lock both(mu_, other.mu_);
      balance_ = other.balance_;
    }
    return *this;
  }
  // trap: one after the other, not both
  void copyFrom(const Account &other) {
    int amount;
    {
      std::lock_guard x(other.mu_);
      amount = other.balance_;
    }
    std::lock_guard y(mu_);
    balance_ = amount;
  }
  // trap: nobody knows this object yet
  Account() = default;
  Account(const Account &other) {
    std::lock_guard mine(mu_);
    balance_ = 0;
    std::lock_guard theirs(other.mu_);
    balance_ = other.balance_;
  }

private:
  mutable std::mutex mu_;
  int balance_ = 0;
};

// trap: a tree is locked from parent to child
struct Node {
  std::mutex mu;
  std::vector<std::unique_ptr<Node>> children;
  Node *parent = nullptr;
  int value = 0;
  int total() {
    std::lock_guard lock(mu);
    int sum = value;
    for (auto &child : children)
      sum += child->total();
    return sum;
  }
};

// trap: hand over hand along a list
struct Link {
  std::mutex mu;
  Link *next = nullptr;
  int value = 0;
};
int sum(Link *head) {
  int total = 0;
  std::unique_lock<std::mutex> lock(head->mu);
  while (head->next) {
    std::unique_lock<std::mutex> next(head->next->mu);
    total += head->value;
    head = head->next;
    lock = std::move(next);
  }
  return total;
}

// trap: two locals that are different objects of one class, known to nobody
struct Counter {
  std::mutex mu;
  int n = 0;
};
int locals() {
  Counter x, y;
  std::lock_guard p(x.mu);
  ++x.n;
  std::lock_guard q(y.mu);
  return x.n + y.n;
}
int localsBackwards() {
  Counter x, y;
  std::lock_guard q(y.mu);
  ++y.n;
  std::lock_guard p(x.mu);
  return x.n + y.n;
}

// trap: the helper locks only if the caller says so
struct Flagged {
  std::mutex m, n;
  int v = 0;
  void helper(bool locked) {
    if (!locked)
      m.lock();
    ++v;
    if (!locked)
      m.unlock();
  }
  void mn() {
    std::lock_guard x(m);
    ++v;
    std::lock_guard y(n);
  }
  void nm() {
    std::lock_guard y(n);
    ++v;
    helper(true);
  }
};

// trap: started as a thread, not called
struct Starter {
  std::mutex m, n;
  int v = 0;
  std::thread t;
  void mn() {
    std::lock_guard x(m);
    ++v;
    std::lock_guard y(n);
  }
  void work() {
    std::lock_guard x(m);
    ++v;
  }
  void nm() {
    std::lock_guard y(n);
    ++v;
    t = std::thread([this] { work(); });
  }
};

// trap: kept for later, not called here
struct Later {
  std::mutex m, n;
  int v = 0;
  std::vector<std::function<void()>> jobs;
  void mn() {
    std::lock_guard x(m);
    ++v;
    std::lock_guard y(n);
  }
  void nm() {
    std::lock_guard y(n);
    jobs.push_back([this] {
      std::lock_guard x(m);
      ++v;
    });
  }
};

// trap: the lock of a wait is given back while it waits
struct Waiting {
  std::mutex m, n;
  std::condition_variable cv;
  bool ready = false;
  void wait() {
    std::unique_lock x(m);
    cv.wait(x, [this] { return ready; });
    x.unlock();
    std::lock_guard y(n);
    ready = false;
  }
  void signal() {
    std::unique_lock y(n);
    y.unlock();
    std::lock_guard x(m);
    ready = true;
    cv.notify_all();
  }
};

// trap: released by the helper that is called
struct Drops {
  std::mutex m, n;
  int v = 0;
  void dropAndLock(std::unique_lock<std::mutex> &held) {
    held.unlock();
    std::lock_guard y(n);
    ++v;
  }
  void mn() {
    std::unique_lock x(m);
    ++v;
    dropAndLock(x);
  }
  void nm() {
    std::lock_guard y(n);
    ++v;
    std::lock_guard x(m);
  }
};

// trap: a parent tells its child of itself
class Widget {
public:
  void setParent(Widget *parent) {
    std::lock_guard<std::mutex> hold(widget_mu_);
    parent_ = parent;
  }
  void add(Widget &child) {
    std::lock_guard<std::mutex> hold(widget_mu_);
    ++children_;
    child.setParent(this);
  }

private:
  std::mutex widget_mu_;
  Widget *parent_ = nullptr;
  int children_ = 0;
};

// trap: below the second, the first is locked again, which is held already
class Child {
public:
  bool spawn() {
    std::lock_guard<std::recursive_mutex> own(child_mu_);
    std::lock_guard<std::mutex> forking(fork_mu_);
    if (++pid_ < 0) {
      kill();
      return false;
    }
    return true;
  }
  void kill() {
    std::lock_guard<std::recursive_mutex> own(child_mu_);
    pid_ = 0;
  }

private:
  std::recursive_mutex child_mu_;
  static std::mutex fork_mu_;
  int pid_ = 0;
};
std::mutex Child::fork_mu_;
