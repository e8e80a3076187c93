// Flags that are set once and waited for.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>

class Started { // expect: share-one-shot-event "'Started' is an event that happens once: 'mu_', 'cv_' and 'started_'"
  std::mutex mu_;
  std::condition_variable cv_;
  bool started_ = false;

public:
  void set() {
    {
      std::lock_guard<std::mutex> hold(mu_);
      started_ = true; // note: "'set' sets 'started_' here; nobody takes it back"
    }
    cv_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> hold(mu_);
    cv_.wait(hold, [&] { return started_; }); // note: "'wait' waits for it here"
  }
};

void startup() {
  std::mutex mu;
  std::condition_variable cv;
  bool ready = false; // expect: share-one-shot-event "'mu', 'cv' and 'ready'"
  std::thread t([&] {
    {
      std::lock_guard<std::mutex> hold(mu);
      ready = true;
    }
    cv.notify_one();
  });
  {
    std::unique_lock<std::mutex> hold(mu);
    while (!ready)
      cv.wait(hold);
  }
  t.join();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int is_up = 0; // expect: share-one-shot-event "'mutex', 'cond' and 'is_up'"
void *comes_up(void *) {
  pthread_mutex_lock(&mutex);
  is_up = 1;
  pthread_cond_broadcast(&cond);
  pthread_mutex_unlock(&mutex);
  return nullptr;
}
void wait_until_up() {
  pthread_mutex_lock(&mutex);
  while (!is_up)
    pthread_cond_wait(&cond, &mutex);
  pthread_mutex_unlock(&mutex);
}

class Periodic { // expect: share-one-shot-event "'stop_'"
public:
  Periodic() : thread_([this] { run(); }) {}
  ~Periodic() {
    {
      std::lock_guard<std::mutex> hold(mu_);
      stop_ = true;
    }
    cv_.notify_one();
    thread_.join();
  }

private:
  void run() {
    std::unique_lock<std::mutex> hold(mu_);
    while (!cv_.wait_for(hold, std::chrono::seconds(1), [&] { return stop_; }))
      work();
  }
  static void work();
  std::mutex mu_;
  std::condition_variable cv_;
  bool stop_ = false; // note: "a select of it and on_timeout()"
  std::thread thread_;
};

class Runs { // expect: share-one-shot-event "'running_'"
  std::mutex mu_;
  std::condition_variable cv_;
  bool running_ = true;

public:
  void finish() {
    std::unique_lock<std::mutex> hold(mu_);
    running_ = false;
    hold.unlock();
    cv_.notify_all();
  }
  void join() {
    std::unique_lock<std::mutex> hold(mu_);
    while (running_)
      cv_.wait(hold);
  }
};
