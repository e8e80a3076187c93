// Counters that are no permits.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <semaphore>

class Group { // trap: whoever waits takes nothing
  std::mutex mu_;
  std::condition_variable cv_;
  int count_ = 0;

public:
  void add() {
    std::lock_guard<std::mutex> hold(mu_);
    ++count_;
  }
  void done() {
    std::lock_guard<std::mutex> hold(mu_);
    --count_;
    cv_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return count_ == 0; });
  }
};

class Shared { // trap: two conditions that depend on each other
  std::mutex mu_;
  std::condition_variable cv_;
  int readers_ = 0;
  bool writer_ = false;

public:
  void read() {
    std::unique_lock<std::mutex> hold(mu_);
    while (writer_)
      cv_.wait(hold);
    ++readers_;
  }
  void done() {
    std::lock_guard<std::mutex> hold(mu_);
    --readers_;
    cv_.notify_all();
  }
  void write() {
    std::unique_lock<std::mutex> hold(mu_);
    while (writer_ || readers_ > 0)
      cv_.wait(hold);
    writer_ = true;
  }
};

class Queue { // trap: counts what it holds
  std::mutex mu_;
  std::condition_variable cv_;
  std::deque<int> items_;
  int size_ = 0;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    items_.push_back(v);
    ++size_;
    cv_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !items_.empty(); });
    int v = items_.front();
    items_.pop_front();
    --size_;
    return v;
  }
};

std::counting_semaphore<4> slots(4);
void limited() {
  slots.acquire(); // trap: it is one
  slots.release();
}
