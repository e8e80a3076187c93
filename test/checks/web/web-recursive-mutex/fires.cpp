// Recursive mutexes, used and unused as such.
#include <mutex>

class Queue {
public:
  void push(int n) {
    std::lock_guard lock(mu_);
    n_ += n;
    trim(); // note: "and, holding it, calls 'Queue::trim'"
  }
  void trim() {
    std::lock_guard lock(mu_);
    --n_;
  }

private:
  std::recursive_mutex mu_; // expect: web-recursive-mutex "code below a call cannot know"
  int n_ = 0;
};
class Plain {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::recursive_timed_mutex mu_; // expect: web-recursive-mutex "nothing here locks it twice"
  int n_ = 0;
};
std::recursive_mutex global; // expect: web-recursive-mutex "'global' is recursive"
