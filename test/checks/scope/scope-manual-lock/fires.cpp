// lock() and unlock() by hand where something may leave between.
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

class Names {
  std::mutex mu_;
  std::shared_mutex rw_;
  std::vector<std::string> all_;
  int n_ = 0;

public:
  void add(const std::string &name) {
    mu_.lock(); // expect: scope-manual-lock "by hand around code that can leave early"
    all_.push_back(name); // note: "it stays locked"
    mu_.unlock();
  }
  bool remove(int i) {
    mu_.lock(); // expect: scope-manual-lock
    if (i >= n_) {
      mu_.unlock();
      return false;
    }
    --n_;
    mu_.unlock();
    return true;
  }
  int forgotten(int i) {
    mu_.lock(); // expect: scope-manual-lock "stays locked on a path out of 'Names::forgotten'"
    if (i < 0)
      return -1; // note: "leaves with 'mu_' locked"
    int found = n_;
    mu_.unlock();
    return found;
  }
  void thrown(int i) {
    mu_.lock(); // expect: scope-manual-lock
    if (i < 0)
      throw std::runtime_error("negative"); // note: "this throws"
    ++n_;
    mu_.unlock();
  }
  int reading() {
    rw_.lock_shared(); // expect: scope-manual-lock
    if (all_.empty()) {
      rw_.unlock_shared();
      return 0;
    }
    int n = n_;
    rw_.unlock_shared();
    return n;
  }
  void inLoop(const std::vector<std::string> &more) {
    for (const std::string &one : more) {
      mu_.lock(); // expect: scope-manual-lock
      all_.push_back(one);
      mu_.unlock();
    }
  }
  void breaks(int limit) {
    for (int i = 0; i < limit; ++i) {
      mu_.lock(); // expect: scope-manual-lock
      if (n_ > limit) {
        mu_.unlock();
        break;
      }
      ++n_;
      mu_.unlock();
    }
  }
};

static pthread_mutex_t old = PTHREAD_MUTEX_INITIALIZER;
static int count;
int take(int n) {
  pthread_mutex_lock(&old); // expect: scope-manual-lock "'old' is locked by hand, and stays locked"
  if (count < n)
    return 0; // note: "leaves with 'old' locked"
  count -= n;
  pthread_mutex_unlock(&old);
  return n;
}

#define TAKE(x) pthread_mutex_lock(&(x))
#define GIVE(x) pthread_mutex_unlock(&(x))
int takeByMacro(int n) {
  TAKE(old); // expect: scope-manual-lock "'old' is locked by hand, and stays locked"
  if (count < n)
    return 0; // note: "leaves with 'old' locked"
  count -= n;
  GIVE(old);
  return n;
}
