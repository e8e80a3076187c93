#include <mutex>
#include <pthread.h>
#include <vector>

class Inventory {
public:
  void lock() { mu_.lock(); } // expect: lock-public-lockable "'Inventory' is no lock"
  void unlock() { mu_.unlock(); } // note: "'Inventory::unlock' is declared here"
  void add(int x) { items_.push_back(x); }
  int count() const { return static_cast<int>(items_.size()); }

private:
  std::mutex mu_;
  std::vector<int> items_;
};

class Canvas {
public:
  void lockCanvas() { mu_.lock(); } // expect: lock-public-lockable "with 'lockCanvas' and unlock it with 'unlockCanvas'"
  void unlockCanvas() { mu_.unlock(); }
  void draw() { ++drawn_; }

private:
  std::recursive_mutex mu_;
  int drawn_ = 0;
};

class Device {
public:
  void Lock() { pthread_mutex_lock(&mu_); } // expect: lock-public-lockable "'Device' is no lock"
  void Unlock() { pthread_mutex_unlock(&mu_); }
  void send(char c) { last_ = c; }

private:
  pthread_mutex_t mu_ = PTHREAD_MUTEX_INITIALIZER;
  char last_ = 0;
};
