// A const method reads what others change, or what is replaced as a whole.
#include <mutex>

class Ring {
public:
  explicit Ring(int n) : size_(n) {}
  int capacity() const { return size_; }
  int used() const { return used_; }
  void push() { ++used_; }
  void pop() { --used_; }

private:
  int size_, used_ = 0;
};

class Pool {
public:
  int used() const { return ring_.used(); } // expect: web-inconsistent-guard "'Pool::used' reads 'ring_'"
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
  Ring ring_{8};
};

class Growing {
public:
  int size() const { return ring_.capacity(); } // expect: web-inconsistent-guard "'Growing::size' reads 'ring_'"
  void grow(int n) {
    std::lock_guard hold(mu_);
    ring_ = Ring(n);
  }
  void take() {
    std::lock_guard hold(mu_);
    ring_.push();
  }

private:
  mutable std::mutex mu_;
  Ring ring_{8};
};

// One function is named once, however often it touches the data, and one place
// is one place.
class Meter {
public:
  void add(int n) {
    std::lock_guard hold(mu_);
    sum_ += n;
  }
  int total() { return sum_; } // expect: web-inconsistent-guard "which guards it in 1 other place"

private:
  std::mutex mu_;
  int sum_ = 0;
};
