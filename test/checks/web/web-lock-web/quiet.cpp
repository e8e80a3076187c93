// Layers and leaves: several locks, and no web.
#include <functional>
#include <mutex>
#include <vector>

// A logger, an allocator and metrics that everybody locks last.
class Logger {
public:
  void log(int n) {
    std::lock_guard lock(mu_);
    lines_ += n;
  }

private:
  std::mutex mu_;
  int lines_ = 0;
};
class Metrics {
public:
  void count() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
Logger logger;
Metrics metrics;

// trap: many classes, all of them over leaves only
class A {
public:
  void run() {
    std::lock_guard lock(mu_);
    ++n_;
    logger.log(n_);
    metrics.count();
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
class B {
public:
  void run() {
    std::lock_guard lock(mu_);
    ++n_;
    logger.log(n_);
    metrics.count();
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
// trap: a layer above, which locks the layer below
class C {
public:
  void run(A &a, B &b) {
    std::lock_guard lock(mu_);
    ++n_;
    a.run();
    b.run();
    logger.log(n_);
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
// trap: three in a row, no more
class D {
public:
  void run(C &c, A &a, B &b) {
    std::lock_guard lock(mu_);
    ++n_;
    c.run(a, b);
  }

private:
  std::mutex mu_;
  int n_ = 0;
};

// trap: three classes that copy, unlock and call
class Two;
class One {
public:
  void go(Two &two);
  void hear() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
class Two {
public:
  void go(One &one) {
    {
      std::lock_guard lock(mu_);
      ++n_;
    }
    one.hear();
  }
  void hear() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
class Three {
public:
  void go(One &one, Two &two) {
    std::unique_lock lock(mu_);
    ++n_;
    lock.unlock();
    one.hear();
    two.hear();
  }

private:
  std::mutex mu_;
  int n_ = 0;
};
void One::go(Two &two) {
  std::unique_lock lock(mu_);
  ++n_;
  lock.unlock();
  two.hear();
}

// trap: one class with many locks is no web of classes
class Many {
public:
  void abc() {
    std::lock_guard a(a_);
    ++n_;
    std::lock_guard b(b_);
    ++n_;
    std::lock_guard c(c_);
    ++n_;
  }
  void bd() {
    std::lock_guard b(b_);
    ++n_;
    std::lock_guard d(d_);
    ++n_;
  }

private:
  std::mutex a_, b_, c_, d_;
  int n_ = 0;
};
// trap: two classes are a matter of order, not a web
class Left {
public:
  void a() {
    std::lock_guard lock(mu_);
    ++n_;
  }
  std::mutex mu_;
  int n_ = 0;
};
class Right {
public:
  void b(Left &left) {
    std::lock_guard lock(mu_);
    ++n_;
    left.a();
  }
  std::mutex mu_;
  int n_ = 0;
};
