// Queues that can be channels without a change of their callers.
// flags: -isystem %runtime
// option: runnel-share-handrolled-queue.Capacity: 64
// CHECK-FIX: #include <runnel/channel.h>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <queue>
#include <string>

template <typename T> class Simple { // expect: share-handrolled-queue
public:
  void enqueue(T value) {
    // CHECK-FIX: void enqueue(T value) { queue_.send(std::move(value)); }
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push(std::move(value));
    cv_.notify_one();
  }
  T dequeue() {
    // CHECK-FIX: T dequeue() { return *queue_.recv(); }
    std::unique_lock<std::mutex> hold(mu_);
    while (queue_.empty())
      cv_.wait(hold);
    T value = std::move(queue_.front());
    queue_.pop();
    return value;
  }

private:
  std::queue<T> queue_; // CHECK-FIX: runnel::channel<T> queue_{64};
  std::mutex mu_;
  std::condition_variable cv_;
};

class Bounded { // expect: share-handrolled-queue
public:
  explicit Bounded(std::size_t capacity) : capacity_(capacity) {} // CHECK-FIX: Bounded(std::size_t capacity) : items_(capacity) {}
  Bounded(const Bounded &) = delete;
  void put(const std::string &item) {
    // CHECK-FIX: { items_.send(item); }
    std::unique_lock<std::mutex> hold(mu_);
    notFull_.wait(hold, [this] { return items_.size() < capacity_; });
    items_.push_back(item);
    notEmpty_.notify_one();
  }
  void get(std::string &out) {
    // CHECK-FIX: { out = *items_.recv(); }
    std::unique_lock<std::mutex> hold(mu_);
    notEmpty_.wait(hold, [this] { return !items_.empty(); });
    out = std::move(items_.front());
    items_.pop_front();
    notFull_.notify_one();
  }
  std::optional<std::string> tryGet() {
    // CHECK-FIX: { auto taken = items_.try_recv(); if (!taken) return std::nullopt; return *std::move(taken); }
    std::lock_guard<std::mutex> hold(mu_);
    if (items_.empty())
      return std::nullopt;
    std::string out = std::move(items_.front());
    items_.pop_front();
    notFull_.notify_one();
    return out;
  }
  bool empty() const {
    // CHECK-FIX: { return items_.size() == 0; }
    std::lock_guard<std::mutex> hold(mu_);
    return items_.empty();
  }

private:
  mutable std::mutex mu_;
  std::condition_variable notEmpty_, notFull_;
  std::deque<std::string> items_; // CHECK-FIX: runnel::channel<std::string> items_;
  std::size_t capacity_;
};

void use() {
  Simple<int> q;
  q.enqueue(1);
  q.dequeue();
  Bounded b(3);
  std::string s;
  b.put("x");
  b.get(s);
  b.tryGet();
  b.empty();
}
