// A lock that an attribute names, and the body takes: one of them is wrong, and
// it is the attribute, for the code runs.
#include <mutex>
class __attribute__((capability("mutex"))) Mutex {
  std::mutex mu_;

public:
  void lock() __attribute__((acquire_capability())) { mu_.lock(); }
  void unlock() __attribute__((release_capability())) { mu_.unlock(); }
};
inline void enter(Mutex &m) __attribute__((acquire_capability(m)));
inline void enter(Mutex &m) { m.lock(); }
inline void leave(Mutex &m) __attribute__((release_capability(m)));
inline void leave(Mutex &m) { m.unlock(); }

class Buffer {
  Mutex ack_, stats_;
  int n_ = 0, dropped_ = 0;

public:
  // trap: locked by its own hands
  int drop() __attribute__((requires_capability(ack_))) {
    ack_.lock();
    const int n = n_;
    ack_.unlock();
    return n;
  }
  // trap: locked through a function that locks what it is given
  void count() __attribute__((requires_capability(stats_))) {
    enter(stats_);
    ++dropped_;
    leave(stats_);
  }
};
