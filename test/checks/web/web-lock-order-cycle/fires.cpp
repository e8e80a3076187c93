// Locks taken in both orders, in every way one function or file can do it.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

// Globals, in plain sight.
std::mutex g_a, g_b;
int g_data;
void first() {
  std::lock_guard a(g_a);
  ++g_data; // note@-1: "'first' locks 'g_a' here"
  std::lock_guard b(g_b); // expect: web-lock-order-cycle "'g_a' and 'g_b' are locked in either order"
}
void second() {
  std::lock_guard b(g_b); // note: "'second' locks 'g_b' here"
  ++g_data;
  std::lock_guard a(g_a); // note: "take them in one order everywhere"
}

// Members of two classes, through calls.
class Inventory;
class Orders {
public:
  void place(Inventory &inventory);
  void cancel() {
    std::lock_guard lock(mu_);
    --open_;
  }

private:
  std::mutex mu_;
  int open_ = 0;
};
class Inventory {
public:
  void reserve() {
    std::lock_guard lock(mu_);
    --stock_;
  }
  void lost(Orders &orders) {
    std::lock_guard lock(mu_);
    --stock_;
    orders.cancel(); // expect: web-lock-order-cycle "'Inventory::mu_' and 'Orders::mu_'"
  }

private:
  std::mutex mu_;
  int stock_ = 0;
};
void Orders::place(Inventory &inventory) {
  std::lock_guard lock(mu_);
  ++open_;
  inventory.reserve(); // note: "and, holding it, calls 'Inventory::reserve'"
}

// Three locks in a circle.
struct Ring {
  std::mutex x, y, z;
  int n = 0;
  void xy() {
    std::unique_lock one(x);
    ++n;
    std::unique_lock two(y); // expect: web-lock-order-cycle "in a circle"
    ++n;
  }
  void yz() {
    y.lock();
    ++n;
    z.lock();
    ++n;
    z.unlock();
    y.unlock();
  }
  void zx() {
    std::scoped_lock one(z);
    ++n;
    std::scoped_lock two(x);
    ++n;
  }
};

// A writer and a reader each way: still a circle.
struct Tables {
  std::shared_mutex names, sizes;
  int a = 0, b = 0;
  void grow() {
    std::unique_lock w(sizes);
    ++b;
    std::shared_lock r(names);
    b += a;
  }
  void rename() {
    std::unique_lock w(names);
    ++a;
    std::shared_lock r(sizes); // expect: web-lock-order-cycle "'Tables::names' and 'Tables::sizes'"
    a += b;
  }
};

// Through a lambda that is called here, and a helper below it.
struct Engine {
  std::mutex plan, run;
  int n = 0;
  void step() {
    std::lock_guard lock(run);
    ++n;
  }
  void schedule() {
    std::lock_guard lock(plan);
    auto go = [this] { step(); };
    go(); // expect: web-lock-order-cycle "'Engine::plan' and 'Engine::run'"
  }
  void replan() {
    std::lock_guard lock(run);
    ++n;
    std::lock_guard again(plan);
    ++n;
  }
};

// By hand, without guards.
struct Manual {
  std::mutex left, right;
  int n = 0;
  void lr() {
    left.lock();
    ++n;
    right.lock(); // expect: web-lock-order-cycle
    ++n;
    right.unlock();
    left.unlock();
  }
  void rl() {
    right.lock();
    ++n;
    left.lock();
    ++n;
    left.unlock();
    right.unlock();
  }
};

// A condition variable's wait gives back one lock, not the other.
struct Waits {
  std::mutex outer, inner;
  std::condition_variable cv;
  bool ready = false;
  void consume() {
    std::lock_guard o(outer);
    ready = false;
    std::unique_lock i(inner);
    cv.wait(i, [this] { return ready; });
  }
  void produce() {
    std::unique_lock i(inner); // its lock is held when outer is wanted
    ready = true;
    std::lock_guard o(outer); // expect: web-lock-order-cycle
    cv.notify_one();
  }
};

// The same lock of two objects, in the order of the call, with work between.
class Account {
public:
  void transfer(Account &to, int amount) {
    std::lock_guard mine(mu_);
    balance_ -= amount;
    std::lock_guard theirs(to.mu_); // expect: web-lock-order-cycle "of two objects"
    to.balance_ += amount;
  }
  int balance() const {
    std::lock_guard lock(mu_);
    return balance_;
  }
  bool poorer(const Account &other) const {
    std::lock_guard lock(mu_);
    return balance_ < other.balance(); // expect: web-lock-order-cycle "of two objects"
  }

private:
  mutable std::mutex mu_;
  int balance_ = 0;
};

// Virtual, with the implementation in sight.
struct Listener {
  virtual ~Listener() = default;
  virtual void changed() = 0;
};
struct Model {
  std::mutex mu;
  int n = 0;
  void set(Listener &l) {
    std::lock_guard lock(mu);
    ++n;
    l.changed();
  }
  int get() {
    std::lock_guard lock(mu);
    return n;
  }
};
namespace {
struct View final : Listener {
  explicit View(Model &m) : model(m) {}
  Model &model;
  std::mutex mu;
  int shown = 0;
  void changed() override {
    std::lock_guard lock(mu);
    ++shown;
  }
  void bump() { model.set(*this); }
  void redraw() {
    std::lock_guard lock(mu);
    shown = model.get();
  }
};
void attach(Model &m, View &v) {
  std::lock_guard lock(m.mu);
  v.changed(); // expect: web-lock-order-cycle "'Model::mu' and 'View::mu'"
}
} // namespace
void useViews(Model &m) {
  View v(m);
  v.bump();
  v.redraw();
  attach(m, v);
}

// One finding for the two of them, though two functions do it each way.
struct Pair {
  std::mutex p, q;
  int n = 0;
  void one() {
    std::lock_guard a(p);
    ++n;
    std::lock_guard b(q); // expect: web-lock-order-cycle "'Pair::p' and 'Pair::q'"
  }
  void two() {
    std::lock_guard a(p);
    n += 2;
    std::lock_guard b(q);
  }
  void three() {
    std::lock_guard b(q);
    ++n;
    std::lock_guard a(p);
  }
};

// A template: one finding, however often it is instantiated.
template <class T> struct Box {
  std::mutex in, out;
  T value{};
  void put(T v) {
    std::lock_guard a(in);
    value = v;
    std::lock_guard b(out); // expect: web-lock-order-cycle
  }
  T take() {
    std::lock_guard b(out);
    T v = value;
    std::lock_guard a(in);
    return v;
  }
};
void boxes(Box<int> &i, Box<long> &l) {
  i.put(1);
  l.put(i.take());
  i.put(static_cast<int>(l.take()));
}

// A balance that is compared with an amount puts no order between accounts.
class Purse {
public:
  void put(long n) {
    std::lock_guard<std::mutex> hold(purse_mu_);
    cents_ += n;
  }
  bool pay(Purse &to, long n) {
    std::lock_guard<std::mutex> hold(purse_mu_);
    if (cents_ < n)
      return false;
    cents_ -= n;
    to.put(n); // expect: web-lock-order-cycle "of two objects"
    return true;
  }

private:
  std::mutex purse_mu_;
  long cents_ = 0;
};
