// Counters that are taken from and waited for.
#include <condition_variable>
#include <mutex>
#include <pthread.h>

class Slots { // expect: share-counted-permits "'Slots' is a semaphore: 'mu_', 'cv_' and 'free_' count permits that 'enter' takes and 'leave' gives back"
  std::mutex mu_;
  std::condition_variable cv_;
  int free_;

public:
  explicit Slots(int n) : free_(n) {}
  void leave() {
    std::lock_guard<std::mutex> hold(mu_);
    ++free_; // note: "'leave' gives one back here"
    cv_.notify_one();
  }
  void enter() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [this] { return free_ > 0; }); // note: "'enter' waits here for a permit"
    --free_;
  }
};

class InUse { // expect: share-counted-permits "'used_'"
  static constexpr int limit = 4;
  std::mutex mu_;
  std::condition_variable cv_;
  int used_ = 0;

public:
  void begin() {
    std::unique_lock<std::mutex> hold(mu_);
    while (used_ >= limit)
      cv_.wait(hold);
    used_++;
  }
  void end() {
    {
      std::lock_guard<std::mutex> hold(mu_);
      used_--;
    }
    cv_.notify_one();
  }
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int permits = 2; // expect: share-counted-permits
void take() {
  pthread_mutex_lock(&mutex);
  while (permits == 0)
    pthread_cond_wait(&cond, &mutex);
  permits -= 1;
  pthread_mutex_unlock(&mutex);
}
void give() {
  pthread_mutex_lock(&mutex);
  permits += 1;
  pthread_cond_signal(&cond);
  pthread_mutex_unlock(&mutex);
}
