// Fields and globals written under a lock and touched bare in public.
#include <future>
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

class Counter {
public:
  void add(int n) {
    std::lock_guard lock(mu_);
    sum_ += n; // note: "'Counter::add' writes it with 'Counter::mu_' locked"
  }
  void reset() {
    std::lock_guard lock(mu_);
    sum_ = 0;
  }
  int sum() const { return sum_; } // expect: web-inconsistent-guard "'Counter::sum' reads 'sum_' without 'Counter::mu_'"

private:
  mutable std::mutex mu_;
  int sum_ = 0;
};

class Names {
public:
  void set(int key, std::string name) {
    std::lock_guard lock(mu_);
    names_[key] = std::move(name);
  }
  std::string get(int key) {
    std::lock_guard lock(mu_);
    return names_[key];
  }
  void drop(int key) {
    names_.erase(key); // expect: web-inconsistent-guard "'Names::drop' writes 'names_'"
  }
  bool has(int key) {
    std::lock_guard lock(mu_);
    return names_.count(key) != 0;
  }

private:
  std::mutex mu_;
  std::map<int, std::string> names_;
};

// A write, of a plain flag, by a lock taken by hand.
class Job {
public:
  void start() {
    mu_.lock();
    running_ = true;
    mu_.unlock();
  }
  bool isRunning() {
    std::lock_guard lock(mu_);
    return running_;
  }
  void finish() {
    std::lock_guard lock(mu_);
    running_ = false;
  }
  void abort() { running_ = false; } // expect: web-inconsistent-guard

private:
  std::mutex mu_;
  bool running_ = false;
};

// A global.
std::mutex poolLock;
std::vector<int> pool;
void give(int v) {
  std::lock_guard lock(poolLock);
  pool.push_back(v);
}
int take() {
  std::lock_guard lock(poolLock);
  int v = pool.back();
  pool.pop_back();
  return v;
}
int available() {
  return static_cast<int>(pool.size()); // expect: web-inconsistent-guard "'pool' without 'poolLock'"
}

// A lock released too early.
class Early {
public:
  void push(int v) {
    std::lock_guard lock(mu_);
    v_.push_back(v);
  }
  void clear() {
    std::lock_guard lock(mu_);
    v_.clear();
  }
  void both(int v) {
    {
      std::lock_guard lock(mu_);
      ++calls_;
    }
    v_.push_back(v); // expect: web-inconsistent-guard
  }

private:
  std::mutex mu_;
  std::vector<int> v_;
  int calls_ = 0;
};

// A task that was started under the lock runs on without it.
class Batch {
public:
  void flush() {
    std::lock_guard<std::mutex> hold(mutex_);
    auto &items = items_;
    done_ = std::async(std::launch::async, [&items] {
      items.clear(); // expect: web-inconsistent-guard "'items_' without 'Batch::mutex_'"
    });
  }
  void add(int v) {
    std::lock_guard<std::mutex> hold(mutex_);
    items_.push_back(v);
  }
  int size() {
    std::lock_guard<std::mutex> hold(mutex_);
    return items_.size();
  }

private:
  std::mutex mutex_;
  std::vector<int> items_;
  std::future<void> done_;
};
