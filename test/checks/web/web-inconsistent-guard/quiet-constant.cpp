// What never changes once the object is made, and what holds nothing.
#include <mutex>
#include <vector>

class Ring {
public:
  explicit Ring(int n) : size_(n) {}
  int capacity() const { return size_; }
  bool full() const { return used_ == size_; }
  void push() { ++used_; }
  void pop() { --used_; }

private:
  int size_, used_ = 0;
};

class Pool {
public:
  explicit Pool(int n) : ring_(n) {}
  bool full() const {
    std::lock_guard hold(mu_);
    return ring_.full();
  }
  int size() const { return ring_.capacity(); } // trap: set when it is made
  void take() {
    std::lock_guard hold(mu_);
    ring_.push();
  }
  void give() {
    std::lock_guard hold(mu_);
    ring_.pop();
  }

private:
  mutable std::mutex mu_;
  Ring ring_;
};

// All that it keeps is static, with a lock of its own.
class Library {
public:
  Library();
  int &operator*() { return *shared; }
  void start();

private:
  static std::mutex lock;
  static int *shared;
};

class Client {
public:
  int &library() { return *library_; } // trap: there is nothing in the object
  void login() {
    std::lock_guard hold(mu_);
    ++logins_;
    library_.start();
  }
  void logout() {
    std::lock_guard hold(mu_);
    --logins_;
    library_.start();
  }

private:
  std::mutex mu_;
  Library library_;
  int logins_ = 0;
};
