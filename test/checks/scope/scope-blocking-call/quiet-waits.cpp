// Waits that give the lock up.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <poll.h>
#include <vector>

class Inbox {
public:
  // trap: the helper waits with the very lock that is held
  int take() {
    std::unique_lock<std::mutex> hold(mutex_);
    fill(hold);
    int item = items_.front();
    items_.pop_front();
    return item;
  }
  // trap: taken before the lock
  void forward(Inbox &to) {
    int item = to.take();
    std::lock_guard<std::mutex> hold(mutex_);
    items_.push_back(item);
  }
  // trap: with a limit
  bool takeSoon(int &out) {
    std::unique_lock<std::mutex> hold(mutex_);
    if (!filled_.wait_for(hold, std::chrono::milliseconds(1),
                          [this] { return !items_.empty(); }))
      return false;
    out = items_.front();
    return true;
  }

private:
  void fill(std::unique_lock<std::mutex> &hold) {
    while (items_.empty())
      filled_.wait(hold);
  }
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<int> items_;
};

class Poller {
public:
  // trap: it only looks
  int ready() {
    std::lock_guard<std::mutex> hold(mutex_);
    return poll(all_.data(), all_.size(), 0);
  }

private:
  std::mutex mutex_;
  std::vector<pollfd> all_;
};
