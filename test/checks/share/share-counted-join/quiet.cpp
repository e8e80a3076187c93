// Counters that mean something else.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class Permits { // trap: waiters take: a semaphore
  std::mutex mu_;
  std::condition_variable cv_;
  int free_ = 3;

public:
  void leave() {
    std::lock_guard<std::mutex> hold(mu_);
    ++free_;
    cv_.notify_one();
  }
  void enter() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return free_ > 0; });
    --free_;
  }
};

class Barrier { // trap: comes round again
  std::mutex mu_;
  std::condition_variable cv_;
  int size_, left_, round_ = 0;

public:
  explicit Barrier(int n) : size_(n), left_(n) {}
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    int mine = round_;
    if (--left_ == 0) {
      left_ = size_;
      ++round_;
      cv_.notify_all();
      return;
    }
    cv_.wait(hold, [&] { return mine != round_; });
  }
};

class Bytes { // trap: counts bytes, not workers
  std::mutex mu_;
  std::condition_variable cv_;
  long used_ = 0;

public:
  void use(long n) {
    std::unique_lock<std::mutex> hold(mu_);
    while (used_ > 1000)
      cv_.wait(hold);
    used_ += n;
  }
  void free(long n) {
    std::lock_guard<std::mutex> hold(mu_);
    used_ -= n;
    cv_.notify_all();
  }
};

class Progress { // trap: set to what is reached
  std::mutex mu_;
  std::condition_variable cv_;
  int step_ = 0;

public:
  void reach(int n) {
    std::lock_guard<std::mutex> hold(mu_);
    step_ = n;
    cv_.notify_all();
  }
  void wait(int n) {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return step_ >= n; });
  }
};

std::atomic<int> hits{0};
void count() {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] { ++hits; }); // trap: nobody waits for the number
}

void joined() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {});
  for (auto &t : threads)
    t.join(); // trap: joined by their handles
}

void ticket(std::atomic<int> &next, std::atomic<int> &serving) {
  int mine = next.fetch_add(1);
  while (serving.load() != mine) // trap: a lock of its own
    std::this_thread::yield();
  serving.fetch_add(1);
}

class Generations { // trap: a bell that rings again
  std::mutex mu_;
  std::condition_variable cv_;
  unsigned generation_ = 0;

public:
  void bump() {
    std::lock_guard<std::mutex> hold(mu_);
    ++generation_;
    cv_.notify_all();
  }
  void next() {
    std::unique_lock<std::mutex> hold(mu_);
    const unsigned mine = generation_;
    cv_.wait(hold, [&] { return generation_ != mine; });
  }
};
