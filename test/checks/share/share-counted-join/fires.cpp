// Counters of workers that are not done.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

class Pending { // expect: share-counted-join "'Pending' is a wait group: 'mu_', 'cv_' and 'count_'"
  std::mutex mu_;
  std::condition_variable cv_;
  int count_ = 0;

public:
  void add() {
    std::lock_guard<std::mutex> hold(mu_);
    count_++;
  }
  void done() {
    std::lock_guard<std::mutex> hold(mu_);
    if (--count_ == 0) // note: "'done' counts one here"
      cv_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return count_ == 0; }); // note: "'wait' waits here"
  }
};

void locals() {
  std::mutex mu;
  std::condition_variable cv;
  int left = 4; // expect: share-counted-join "let 'locals' wait until all are done"
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::lock_guard<std::mutex> hold(mu);
      --left;
      cv.notify_one();
    });
  std::unique_lock<std::mutex> hold(mu);
  cv.wait(hold, [&] { return left == 0; });
}

void counts_up(int n) {
  std::mutex mu;
  std::condition_variable cv;
  int finished = 0; // expect: share-counted-join
  std::vector<std::jthread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&] {
      std::lock_guard<std::mutex> hold(mu);
      finished += 1;
      cv.notify_one();
    });
  std::unique_lock<std::mutex> hold(mu);
  while (finished < n)
    cv.wait(hold);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int running = 0; // expect: share-counted-join "'mutex', 'cond' and 'running'"
void *worker(void *) {
  pthread_mutex_lock(&mutex);
  running--;
  if (running == 0)
    pthread_cond_signal(&cond);
  pthread_mutex_unlock(&mutex);
  return nullptr;
}
void start_all() {
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) {
    pthread_mutex_lock(&mutex);
    running++;
    pthread_mutex_unlock(&mutex);
    pthread_create(&threads[i], nullptr, worker, nullptr);
  }
  pthread_mutex_lock(&mutex);
  while (running > 0)
    pthread_cond_wait(&cond, &mutex);
  pthread_mutex_unlock(&mutex);
}

void polled() {
  std::atomic<int> pending{4};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { pending.fetch_sub(1); });
  while (pending.load() > 0) // expect: share-counted-join "'pending' counts workers that are not done, and is polled"
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void polled_and_yields(int n) {
  std::atomic<int> done{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&] { ++done; });
  while (done < 8) // expect: share-counted-join
    std::this_thread::yield();
}
