// Mutexes inherited by those whose business it is.
#include <mutex>

// trap: nobody else sees the base
class Table : private std::mutex {
public:
  void add(int n) {
    std::lock_guard<std::mutex> hold(static_cast<std::mutex &>(*this));
    rows_ += n;
  }

private:
  int rows_ = 0;
};

// trap: a lock that counts is a lock
class CountedMutex : public std::mutex {
public:
  void lock() {
    std::mutex::lock();
    ++times_;
  }

private:
  int times_ = 0;
};
