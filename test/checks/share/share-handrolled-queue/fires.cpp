// Queues made of a mutex, a condition variable and a container.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <queue>
#include <thread>
#include <vector>

template <class T> class Bounded { // expect: share-handrolled-queue "'mu_', 'notEmpty_', 'notFull_' and 'items_' pass values from 'push' to 'pop'"
public:
  explicit Bounded(size_t capacity) : capacity_(capacity) {}
  bool push(T value) {
    {
      std::unique_lock<std::mutex> hold(mu_);
      notFull_.wait(hold, [&] { return items_.size() < capacity_ || closed_; });
      if (closed_)
        return false;
      items_.push_back(std::move(value)); // note: "'push' puts into 'items_' here"
    }
    notEmpty_.notify_one(); // outside of the lock
    return true;
  }
  bool pop(T &out) {
    std::unique_lock<std::mutex> hold(mu_);
    while (items_.empty() && !closed_)
      notEmpty_.wait(hold);
    if (items_.empty())
      return false;
    out = std::move(items_.front());
    items_.pop_front();
    notFull_.notify_one();
    return true;
  }
  bool tryPop(T &out) {
    std::lock_guard hold(mu_);
    if (items_.empty())
      return false;
    out = std::move(items_.front());
    items_.pop_front();
    return true;
  }
  void close() {
    std::lock_guard hold(mu_);
    closed_ = true;
    notEmpty_.notify_all();
    notFull_.notify_all();
  }
  size_t size() const {
    std::lock_guard hold(mu_);
    return items_.size();
  }

private:
  mutable std::mutex mu_;
  std::condition_variable notEmpty_, notFull_;
  std::deque<T> items_;
  size_t capacity_;
  bool closed_ = false;
};

class Pool { // expect: share-handrolled-queue "from 'submit' to 'run'"
public:
  explicit Pool(int n) {
    for (int i = 0; i < n; ++i)
      workers_.emplace_back([this] { run(); });
  }
  ~Pool() {
    {
      std::lock_guard hold(mu_);
      stop_ = true;
    }
    cv_.notify_all();
    for (auto &w : workers_)
      w.join();
  }
  void submit(std::function<void()> task) {
    {
      std::lock_guard hold(mu_);
      tasks_.push(std::move(task));
    }
    cv_.notify_one();
  }

private:
  void run() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock hold(mu_);
        cv_.wait(hold, [this] { return stop_ || !tasks_.empty(); });
        if (stop_ && tasks_.empty())
          return;
        task = std::move(tasks_.front());
        tasks_.pop();
      }
      task();
    }
  }
  std::mutex mu_;
  std::condition_variable cv_;
  std::queue<std::function<void()>> tasks_; // note: "close() does what 'stop_' does"
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

struct Job {
  int id;
};
class WaitsInTime { // expect: share-handrolled-queue "from 'add' to 'get'"
  std::list<Job *> jobs_; // note: "recv_for() gives up in time"
  std::mutex mu_;
  std::condition_variable cv_;
  bool empty() const { return jobs_.empty(); }

public:
  void add(Job *job) {
    std::unique_lock<std::mutex> hold(mu_);
    jobs_.push_back(job);
    hold.unlock();
    cv_.notify_one();
  }
  std::optional<Job *> get(std::chrono::milliseconds limit) {
    std::unique_lock<std::mutex> hold(mu_);
    if (!cv_.wait_for(hold, limit, [this] { return !empty(); }))
      return std::nullopt;
    Job *job = jobs_.front();
    jobs_.pop_front();
    return job;
  }
};

class TakesAll { // expect: share-handrolled-queue "from 'log' to 'loop'"
  std::vector<int> pending_;
  std::mutex mu_;
  std::condition_variable cv_;
  bool done_ = false;

public:
  void log(int x) {
    std::lock_guard<std::mutex> hold(mu_);
    pending_.push_back(x);
    cv_.notify_one();
  }
  void stop() {
    std::lock_guard<std::mutex> hold(mu_);
    done_ = true;
    cv_.notify_one();
  }
  void loop() {
    for (;;) {
      std::vector<int> batch;
      std::unique_lock<std::mutex> hold(mu_);
      cv_.wait(hold, [&] { return done_ || !pending_.empty(); });
      if (pending_.empty())
        return;
      batch.swap(pending_);
    }
  }
};

static std::mutex global_mutex;
static std::condition_variable global_changed;
static std::queue<int> global_queue; // expect: share-handrolled-queue "'global_mutex', 'global_changed' and 'global_queue'"
void put_global(int x) {
  std::lock_guard<std::mutex> hold(global_mutex);
  global_queue.push(x);
  global_changed.notify_one();
}
int get_global() {
  std::unique_lock<std::mutex> hold(global_mutex);
  global_changed.wait(hold, [] { return !global_queue.empty(); });
  int x = global_queue.front();
  global_queue.pop();
  return x;
}

void locals() {
  std::mutex mu;
  std::condition_variable cv;
  std::deque<int> queue; // expect: share-handrolled-queue "'mu', 'cv' and 'queue'"
  bool done = false;
  std::thread producer([&] {
    for (int i = 0; i < 10; ++i) {
      std::lock_guard<std::mutex> hold(mu);
      queue.push_back(i);
      cv.notify_one();
    }
    std::lock_guard<std::mutex> hold(mu);
    done = true;
    cv.notify_one();
  });
  std::thread consumer([&] {
    for (;;) {
      std::unique_lock<std::mutex> hold(mu);
      cv.wait(hold, [&] { return !queue.empty() || done; });
      if (queue.empty())
        break;
      queue.pop_front();
    }
  });
  producer.join();
  consumer.join();
}

class Ring { // expect: share-handrolled-queue "'buffer_'"
  int buffer_[16];
  size_t head_ = 0, tail_ = 0, count_ = 0;
  std::mutex mu_;
  std::condition_variable notEmpty_, notFull_;

public:
  void put(int v) {
    std::unique_lock<std::mutex> hold(mu_);
    notFull_.wait(hold, [this] { return count_ < 16; });
    buffer_[tail_] = v;
    tail_ = (tail_ + 1) % 16;
    ++count_;
    notEmpty_.notify_one();
  }
  int get() {
    std::unique_lock<std::mutex> hold(mu_);
    notEmpty_.wait(hold, [this] { return count_ > 0; });
    int v = buffer_[head_];
    head_ = (head_ + 1) % 16;
    --count_;
    notFull_.notify_one();
    return v;
  }
};

class Posix { // expect: share-handrolled-queue "from 'send' to 'receive'"
  std::deque<int> queue_;
  pthread_mutex_t mutex_;
  pthread_cond_t cond_;

public:
  void send(int v) {
    pthread_mutex_lock(&mutex_);
    queue_.push_back(v);
    pthread_mutex_unlock(&mutex_);
    pthread_cond_signal(&cond_);
  }
  int receive() {
    pthread_mutex_lock(&mutex_);
    while (queue_.size() == 0)
      pthread_cond_wait(&cond_, &mutex_);
    int v = queue_.front();
    queue_.pop_front();
    pthread_mutex_unlock(&mutex_);
    return v;
  }
};

struct Node {
  Node *next;
  int value;
};
struct Linked { // expect: share-handrolled-queue "from 'put' to 'get'"
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  Node *head, *tail;
};
void put(Linked *q, Node *n) {
  pthread_mutex_lock(&q->mutex);
  n->next = nullptr;
  if (q->tail)
    q->tail->next = n;
  else
    q->head = n;
  q->tail = n;
  pthread_cond_signal(&q->cond);
  pthread_mutex_unlock(&q->mutex);
}
Node *get(Linked *q) {
  pthread_mutex_lock(&q->mutex);
  while (!q->head)
    pthread_cond_wait(&q->cond, &q->mutex);
  Node *n = q->head;
  q->head = n->next;
  if (!q->head)
    q->tail = nullptr;
  pthread_mutex_unlock(&q->mutex);
  return n;
}

void use() {
  Bounded<int> q(3);
  int x;
  q.push(1);
  q.pop(x);
  q.tryPop(x);
  q.close();
  q.size();
}

void produces(std::queue<int> &queue, std::mutex &mu, std::condition_variable &cv) {
  std::lock_guard<std::mutex> hold(mu);
  queue.push(1);
  cv.notify_one();
}
void consumes(std::queue<int> &queue, std::mutex &mu, std::condition_variable &cv) {
  std::unique_lock<std::mutex> hold(mu);
  cv.wait(hold, [&] { return !queue.empty(); });
  queue.pop();
}
void by_parameters() {
  std::queue<int> queue; // expect: share-handrolled-queue "from 'produces' to 'consumes'"
  std::mutex mu;
  std::condition_variable cv;
  std::thread p(produces, std::ref(queue), std::ref(mu), std::ref(cv));
  std::thread c(consumes, std::ref(queue), std::ref(mu), std::ref(cv));
  p.join();
  c.join();
}

struct PosixRing { // expect: share-handrolled-queue "'slots'"
  pthread_mutex_t mutex;
  pthread_cond_t notEmpty, notFull;
  int slots[10];
  int in, out, count;
};
void ring_put(PosixRing *r, int v) {
  pthread_mutex_lock(&r->mutex);
  while (r->count == 10)
    pthread_cond_wait(&r->notFull, &r->mutex);
  r->slots[r->in] = v;
  r->in = (r->in + 1) % 10;
  r->count++;
  pthread_cond_signal(&r->notEmpty);
  pthread_mutex_unlock(&r->mutex);
}
int ring_get(PosixRing *r) {
  pthread_mutex_lock(&r->mutex);
  while (r->count == 0)
    pthread_cond_wait(&r->notEmpty, &r->mutex);
  int v = r->slots[r->out];
  r->out = (r->out + 1) % 10;
  r->count--;
  pthread_cond_signal(&r->notFull);
  pthread_mutex_unlock(&r->mutex);
  return v;
}
void uses_ring() {
  PosixRing r{};
  ring_put(&r, 1);
  ring_get(&r);
}
