// A mutex locked again by the thread that holds it.
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

class Log {
public:
  void append(int line) {
    std::lock_guard lock(mu_); // note: "'Log::append' locks 'mu_' here"
    if (lines_.size() > 1000)
      clear(); // expect: web-self-deadlock "'mu_' is locked again by 'Log::append'"
    lines_.push_back(line);
  }
  void clear() {
    std::lock_guard lock(mu_); // note: "which locks 'mu_'"
    lines_.clear();
  }
  // Two calls down.
  void rotate() {
    std::unique_lock lock(mu_);
    lines_.push_back(0);
    flush(); // expect: web-self-deadlock
  }

private:
  void flush() { reset(); }
  void reset() { clear(); }
  std::mutex mu_;
  std::vector<int> lines_;
};

// In one function.
std::mutex g;
int n;
void twice() {
  std::lock_guard one(g);
  ++n;
  std::lock_guard two(g); // expect: web-self-deadlock "'g' is locked again by 'twice'"
}
void byHand() {
  g.lock();
  ++n;
  g.lock(); // expect: web-self-deadlock
  g.unlock();
  g.unlock();
}
void loop(int times) {
  std::lock_guard lock(g);
  for (int i = 0; i < times; ++i) {
    g.lock(); // expect: web-self-deadlock
    ++n;
    g.unlock();
  }
}
static int get() {
  std::lock_guard lock(g);
  return n;
}
int sum() {
  std::lock_guard lock(g);
  return n + get(); // expect: web-self-deadlock "through 'get'"
}

// A reader that wants to write.
class Table {
public:
  int find(int key) {
    std::shared_lock read(mu_);
    auto it = rows_.find(key);
    if (it == rows_.end())
      insert(key); // expect: web-self-deadlock "for writing"
    return 0;
  }
  void insert(int key) {
    std::unique_lock write(mu_);
    rows_[key] = 0;
  }
  int count() {
    std::unique_lock write(mu_);
    rows_[0] = 0;
    return size(); // expect: web-self-deadlock
  }
  int size() const {
    std::shared_lock read(mu_);
    return static_cast<int>(rows_.size());
  }

private:
  mutable std::shared_mutex mu_;
  std::map<int, int> rows_;
};

// The object of the caller is the object of the callee.
struct Shared {
  std::mutex mu;
  int v = 0;
};
static void bump(Shared &s) {
  std::lock_guard lock(s.mu);
  ++s.v;
}
void bumpTwice(Shared &s) {
  std::lock_guard lock(s.mu);
  bump(s); // expect: web-self-deadlock "'s.mu'"
}
struct Holder {
  Shared inner;
  void run() {
    std::lock_guard lock(inner.mu);
    bump(inner); // expect: web-self-deadlock "'inner.mu'"
  }
};

// A lambda called where it is written.
class Tasks {
public:
  void all() {
    std::lock_guard lock(mu_);
    auto each = [this] { one(); };
    each(); // expect: web-self-deadlock
  }
  void one() {
    std::lock_guard lock(mu_);
    ++done_;
  }

private:
  std::mutex mu_;
  int done_ = 0;
};

// Unlocked and locked again, then called.
class Again {
public:
  void run() {
    std::unique_lock lock(mu_);
    ++v_;
    lock.unlock();
    ++v_;
    lock.lock();
    get(); // expect: web-self-deadlock
  }
  int get() {
    std::lock_guard lock(mu_);
    return v_;
  }

private:
  std::mutex mu_;
  int v_ = 0;
};

// A wrapper around a plain mutex, found by its shape.
class Latch {
public:
  void lock() { inner_.lock(); }
  void unlock() { inner_.unlock(); }

private:
  std::mutex inner_;
};
class Wrapped {
public:
  void outer() {
    std::lock_guard<Latch> lock(mu_);
    inner(); // expect: web-self-deadlock
  }
  void inner() {
    std::lock_guard<Latch> lock(mu_);
    ++v_;
  }

private:
  Latch mu_;
  int v_ = 0;
};

// An assertion that the caller holds it.
class Checked {
  class Mutex {
  public:
    void Lock() { mu_.lock(); }
    void Unlock() { mu_.unlock(); }
    void AssertHeld() {}

  private:
    std::mutex mu_;
  };
  Mutex mu_;
  int n_ = 0;

public:
  void add() {
    mu_.AssertHeld();
    mu_.Lock(); // expect: web-self-deadlock "'mu_' is locked again by 'Checked::add'"
    ++n_;
    mu_.Unlock();
  }
};

// Of a class with one object, `this` and what the accessor gives are one.
class OnlyLog {
public:
  static OnlyLog &get() {
    static OnlyLog only;
    return only;
  }
  void add(int line) {
    std::lock_guard hold(mu_);
    ++lines_;
    if (line < 0)
      complain(line); // expect: web-self-deadlock "'mu_' is locked again by 'OnlyLog::add', which holds it already, through 'OnlyLog::complain'"
  }

private:
  static void complain(int line) { get().add(-line); }
  std::mutex mu_;
  int lines_ = 0;
};

// Run once, and asked for while it runs.
class Locale {
public:
  static Locale &get() {
    std::call_once(once, [] { // expect: web-self-deadlock "what is run once for 'once' waits for itself"
      instance = new Locale;
      instance->load();
    });
    return *instance;
  }

private:
  void load() { name_ = fallback(); }
  static std::string fallback() { return get().name_; }
  std::string name_;
  static std::once_flag once;
  static Locale *instance;
};
