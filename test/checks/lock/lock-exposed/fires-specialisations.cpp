// A template and its specialisations share one design, and one finding.
#include <mutex>

template <class T, bool Const> class Delegate {
public:
  int call() {
    std::lock_guard lock(mutex_);
    return n_;
  }

protected:
  int n_ = 0;
  std::mutex mutex_; // expect: lock-exposed "'mutex_' of 'Delegate' is a protected mutex"
};
template <class T> class Delegate<T, false> {
public:
  int call() {
    std::lock_guard lock(mutex_);
    return n_ + 1;
  }

protected:
  int n_ = 0;
  std::mutex mutex_; // note: "another 'Delegate' does the same"
};
int both(Delegate<int, true> &a, Delegate<int, false> &b) {
  return a.call() + b.call();
}
