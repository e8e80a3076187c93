// Containers under a lock that are no queues, or more than one.
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <queue>
#include <stack>
#include <string>
#include <vector>

class Priority { // trap: order by priority, which a channel does not know
  std::priority_queue<int> queue_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push(v);
    cv_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !queue_.empty(); });
    int v = queue_.top();
    queue_.pop();
    return v;
  }
};

class Peeks { // trap: a channel cannot be looked into
  std::deque<int> queue_;
  mutable std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
    cv_.notify_one();
  }
  int peek() const {
    std::lock_guard<std::mutex> hold(mu_);
    return queue_.empty() ? 0 : queue_.front();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !queue_.empty(); });
    int v = queue_.front();
    queue_.pop_front();
    return v;
  }
};

class Cancels { // trap: what was put in can be taken back
  std::deque<int> queue_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
    cv_.notify_one();
  }
  void cancel(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    for (auto i = queue_.begin(); i != queue_.end(); ++i)
      if (*i == v) {
        queue_.erase(i);
        break;
      }
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !queue_.empty(); });
    int v = queue_.front();
    queue_.pop_front();
    return v;
  }
};

class Stack { // trap: last in, first out
  std::vector<int> items_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    items_.push_back(v);
    cv_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !items_.empty(); });
    int v = items_.back();
    items_.pop_back();
    return v;
  }
};

class Urgent { // trap: two queues, of which one goes first
  std::deque<int> urgent_, other_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v, bool now) {
    std::lock_guard<std::mutex> hold(mu_);
    if (now)
      urgent_.push_back(v);
    else
      other_.push_back(v);
    cv_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !urgent_.empty() || !other_.empty(); });
    std::deque<int> &from = urgent_.empty() ? other_ : urgent_;
    int v = from.front();
    from.pop_front();
    return v;
  }
};

class PutsBack { // trap: what was taken may come back to the front
  std::deque<int> queue_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
    cv_.notify_one();
  }
  void retry(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_front(v);
    cv_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !queue_.empty(); });
    int v = queue_.front();
    queue_.pop_front();
    return v;
  }
};

class Cache { // trap: state of one type, looked up by key
  std::map<int, std::string> items_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int k, std::string v) {
    std::lock_guard<std::mutex> hold(mu_);
    items_[k] = v;
    cv_.notify_all();
  }
  std::string get(int k) {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return items_.count(k) != 0; });
    return items_[k];
  }
};

class FreeList { // trap: whoever puts back is whoever took
  std::vector<int *> free_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  int *take() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !free_.empty(); });
    int *p = free_.back();
    free_.pop_back();
    return p;
  }
  void give(int *p) {
    std::lock_guard<std::mutex> hold(mu_);
    free_.push_back(p);
    cv_.notify_one();
  }
};

class Unwaited { // trap: nobody waits: a list under a lock
  std::deque<int> queue_;
  std::mutex mu_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
  }
  bool get(int &v) {
    std::lock_guard<std::mutex> hold(mu_);
    if (queue_.empty())
      return false;
    v = queue_.front();
    queue_.pop_front();
    return true;
  }
};

class Writers { // trap: the front is served in place, by whoever is there
  struct Writer {
    bool done = false;
  };
  std::deque<Writer *> writers_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void write() {
    Writer w;
    std::unique_lock<std::mutex> hold(mu_);
    writers_.push_back(&w);
    while (!w.done && &w != writers_.front())
      cv_.wait(hold);
    writers_.pop_front();
    cv_.notify_all();
  }
};

class Inspects { // trap: goes through what waits, to count or to print it
  std::deque<int> queue_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
    cv_.notify_one();
  }
  int sum() {
    std::lock_guard<std::mutex> hold(mu_);
    int all = 0;
    for (int v : queue_)
      all += v;
    return all;
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !queue_.empty(); });
    int v = queue_.front();
    queue_.pop_front();
    return v;
  }
};

class Collected { // trap: the waiter wants all of it, and leaves it there
  std::vector<int> results_;
  size_t wanted_ = 3;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void add(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    results_.push_back(v);
    cv_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return results_.size() == wanted_; });
  }
};

class Replays { // trap: taken from the back of what was put in first
  std::deque<int> log_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    log_.push_back(v);
    if (log_.size() > 100)
      log_.pop_front();
    cv_.notify_all();
  }
  int last() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return !log_.empty(); });
    return log_.back();
  }
};

class Requests { // trap: ready only when what it waits for elsewhere allows
  std::deque<int> queue_;
  std::map<int, bool> allowed_;
  std::mutex mu_;
  std::condition_variable cv_;

public:
  void put(int v) {
    std::lock_guard<std::mutex> hold(mu_);
    queue_.push_back(v);
    cv_.notify_one();
  }
  int get(int who) {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return !queue_.empty() && allowed_[who]; });
    int v = queue_.front();
    queue_.pop_front();
    return v;
  }
};

void takes_either(std::deque<int> &queue, std::mutex &mu, std::condition_variable &cv) {
  std::unique_lock<std::mutex> hold(mu);
  cv.wait(hold, [&] { return !queue.empty(); });
  queue.pop_front();
}
void gives_either(std::deque<int> &queue, std::mutex &mu, std::condition_variable &cv) {
  std::lock_guard<std::mutex> hold(mu);
  queue.push_back(1);
  cv.notify_one();
}
void by_parameters() {
  std::deque<int> one, other; // trap: which of them is meant, is not known
  std::mutex mu;
  std::condition_variable cv;
  gives_either(one, mu, cv);
  gives_either(other, mu, cv);
  takes_either(one, mu, cv);
  takes_either(other, mu, cv);
}

struct Table { // trap: slots that are looked up, not handed over
  std::mutex mutex;
  std::condition_variable changed;
  int slots[10];
  int count = 0;
};
void table_set(Table *t, int i, int v) {
  std::lock_guard<std::mutex> hold(t->mutex);
  t->slots[i] = v;
  t->changed.notify_all();
}
int table_sum(Table *t) {
  std::unique_lock<std::mutex> hold(t->mutex);
  t->changed.wait(hold, [&] { return t->count > 0; });
  int all = 0;
  for (int v : t->slots)
    all += v;
  return all;
}
