// Waits for somebody who may need the lock that is held.
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <poll.h>
#include <vector>

template <class T> class Inbox {
public:
  T take() {
    std::unique_lock<std::mutex> hold(mutex_);
    while (items_.empty())
      filled_.wait(hold);
    T item = items_.front();
    items_.pop_front();
    return item;
  }
  void put(T item) {
    {
      std::lock_guard<std::mutex> hold(mutex_);
      items_.push_back(item);
    }
    filled_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<T> items_;
};

class Router {
public:
  void post(int message) { inbox_.put(message); }
  int seen(int message) {
    std::lock_guard<std::mutex> hold(mutex_);
    return seen_[message];
  }
  void one() {
    std::lock_guard<std::mutex> hold(mutex_);
    ++seen_[inbox_.take()]; // expect: scope-blocking-call "waits for another thread while 'mutex_' is held"
  }

private:
  std::mutex mutex_;
  std::map<int, int> seen_;
  Inbox<int> inbox_;
};

// The descriptors are what the lock guards, not what it is for.
class Poller {
public:
  void add(int descriptor) {
    std::lock_guard<std::mutex> hold(mutex_);
    all_.push_back({descriptor, POLLIN, 0});
  }
  int once() {
    std::lock_guard<std::mutex> hold(mutex_);
    return poll(all_.data(), all_.size(), -1); // expect: scope-blocking-call "waits for the network while 'mutex_' is held"
  }

private:
  std::mutex mutex_;
  std::vector<pollfd> all_;
};
