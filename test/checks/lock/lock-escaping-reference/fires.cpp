#include <condition_variable>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <vector>

class Store {
public:
  std::mutex &mutex() { return mu_; } // expect: lock-escaping-reference "'Store::mutex' returns a reference to the mutex 'mu_'"
  std::mutex *mutexPointer() {
    return &mu_; // expect: lock-escaping-reference "returns a pointer to the mutex 'mu_'"
  }
  std::condition_variable &changed() {
    return cv_; // expect: lock-escaping-reference "returns a reference to the condition variable 'cv_'"
  }
  void put(int x) {
    std::lock_guard lock(mu_);
    data_.push_back(x);
  }

private:
  std::mutex mu_; // note: "'mu_' is declared here"
  std::condition_variable cv_;
  std::vector<int> data_;
};

class Base {
public:
  void touch() { std::lock_guard lock(mu_); }

protected:
  std::mutex &lock() const {
    return mu_; // expect: lock-escaping-reference "'Base::lock' returns"
  }

private:
  mutable std::mutex mu_;
};

class SharedLock {
public:
  std::shared_ptr<std::mutex> mutex() const {
    return mu_; // expect: lock-escaping-reference "returns a pointer to the mutex 'mu_'"
  }
  void touch() { std::lock_guard lock(*mu_); }

private:
  std::shared_ptr<std::mutex> mu_ = std::make_shared<std::mutex>();
};

class Worker {
public:
  explicit Worker(std::mutex &mu) : mu_(&mu) {}
  void attach(std::mutex &mu) { mu_ = &mu; }
  void work() { std::lock_guard lock(*mu_); }

private:
  std::mutex *mu_;
};

class Pool {
public:
  void add(Worker &w) {
    w.attach(mu_); // expect: lock-escaping-reference "hands to 'Worker::attach', which keeps it, the mutex 'mu_'"
  }
  void stop() { std::lock_guard lock(mu_); }

private:
  std::mutex mu_;
};

class Posix {
public:
  pthread_mutex_t *handle() {
    return &lock_; // expect: lock-escaping-reference "'Posix::handle' returns a pointer"
  }

private:
  pthread_mutex_t lock_ = PTHREAD_MUTEX_INITIALIZER;
};

static std::mutex registryLock;
std::mutex &lockOfRegistry() {
  return registryLock; // expect: lock-escaping-reference "'lockOfRegistry' returns a reference to the mutex 'registryLock'"
}

class Settings {
public:
  static std::mutex &mutex() {
    static std::mutex mu;
    return mu; // expect: lock-escaping-reference "'Settings::mutex' returns a reference"
  }
};
