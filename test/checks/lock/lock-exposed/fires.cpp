#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <vector>

class PublicMutex {
public:
  std::mutex mu; // expect: lock-exposed "'mu' of 'PublicMutex' is a public mutex: any code can lock it"
  void add(int x) {
    std::lock_guard lock(mu);
    data_.push_back(x);
  }

private:
  std::vector<int> data_;
};

// One finding a class, at the first of its locks.
struct Queue {
  std::mutex m; // expect: lock-exposed "'m' and 'ready' of 'Queue' are public locks"
  std::condition_variable ready; // note: "'ready' is declared here"
  std::deque<int> items;
  void push(int x) {
    std::lock_guard lock(m);
    items.push_back(x);
    ready.notify_one();
  }
};

void drain(Queue &q) {
  std::lock_guard lock(q.m); // note: "used by 'drain' here"
  q.items.clear();
}

class Base {
public:
  virtual ~Base() = default;
  virtual void step() { std::lock_guard lock(mu_); }

protected:
  std::mutex mu_; // expect: lock-exposed "every derived class can lock it"
};

class Derived : public Base {
public:
  void step() override { std::lock_guard lock(mu_); }
};

class StaticMember {
public:
  static std::mutex shared; // expect: lock-exposed "'shared' of 'StaticMember'"
  void touch() { std::lock_guard lock(shared); }
};

class Posix {
public:
  pthread_mutex_t lock; // expect: lock-exposed "'lock' of 'Posix'"
  void touch() {
    pthread_mutex_lock(&lock);
    ++n_;
    pthread_mutex_unlock(&lock);
  }

private:
  int n_ = 0;
};

template <typename T> class Cache {
public:
  std::shared_mutex mu; // expect: lock-exposed "'mu' of 'Cache'"
  void put(T value) {
    std::unique_lock lock(mu);
    value_ = value;
    ++version_;
  }

private:
  T value_;
  int version_ = 0;
};

void useCaches() {
  Cache<int> a;
  Cache<double> b;
  a.put(1);
  b.put(2);
}

class OnlySignalled {
public:
  std::condition_variable changed; // expect: lock-exposed "any code can signal it"
  void change() { changed.notify_all(); }
};

namespace app {
std::mutex configLock; // expect: lock-exposed "'app::configLock' is a mutex with external linkage"
int config;
void configure() {
  std::lock_guard lock(configLock);
  ++config;
}
} // namespace app

std::condition_variable started; // expect: lock-exposed "any file can signal it"
