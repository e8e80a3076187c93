#include <mutex>
#include <string>

class Unused {
public:
  void set(int x) { value_ = x; }

private:
  std::mutex mu_; // expect: lock-guards-nothing "'mu_' of 'Unused' is never locked"
  int value_ = 0;
};

class Empty {
public:
  void set(int x) {
    { std::lock_guard lock(mu_); } // note: "it is locked here"
    value_ = x;
  }

private:
  std::mutex mu_; // expect: lock-guards-nothing "'mu_' of 'Empty' guards nothing"
  int value_ = 0;
};

class OnlyLocals {
public:
  int square(int x) {
    std::lock_guard lock(mu_);
    int result = x;
    result *= x;
    return result;
  }

private:
  std::mutex mu_; // expect: lock-guards-nothing "guards nothing: nothing shared is used while it is locked"
};
