#include <memory>
#include <mutex>
#include <string>
#include <vector>

class Cache {
public:
  void put(int x) {
    std::lock_guard lock(mu);
    data.push_back(x);
  }
  std::mutex &mutex() { return mu; }
  std::mutex mu; // note: "'mu' is declared here"
  std::vector<int> data;
};

class Reader {
public:
  explicit Reader(Cache &cache) : cache_(cache) {}
  int first() {
    std::lock_guard lock(cache_.mu); // expect: lock-foreign-object "'Reader::first' locks 'cache_.mu', which belongs to another object, a 'Cache'"
    return cache_.data.front();
  }
  // One finding for each class that does so.
  int last() {
    std::lock_guard lock(cache_.mu); // note: "so does 'Reader::last' here"
    return cache_.data.back();
  }

private:
  Cache &cache_;
};

void clear(Cache &cache) {
  cache.mu.lock(); // expect: lock-foreign-object "'clear' locks 'cache.mu'"
  cache.data.clear();
  cache.mu.unlock();
}

int count(Cache *cache) {
  std::unique_lock lock(cache->mutex()); // note: "so does 'count' here"
  return static_cast<int>(cache->data.size());
}

class Owner {
public:
  void reset() {
    auto clearAll = [this] {
      std::lock_guard lock(own_->mu); // expect: lock-foreign-object "'Owner::reset' locks"
      own_->data.clear();
    };
    clearAll();
  }

private:
  std::unique_ptr<Cache> own_ = std::make_unique<Cache>();
};

// Data without behaviour, and two classes that lock it.
struct Slot {
  std::mutex mu;
  std::string text;
};
class Producer {
public:
  void fill(Slot &s) {
    std::lock_guard lock(s.mu); // expect: lock-foreign-object "a 'Slot'"
    s.text = "x";
  }
};
class Consumer {
public:
  void drain(Slot &s) {
    std::lock_guard lock(s.mu); // expect: lock-foreign-object "'Consumer::drain' locks 's.mu'"
    s.text.clear();
  }
};

class Account {
public:
  void deposit(int x) {
    std::lock_guard lock(mu);
    balance += x;
  }
  std::mutex mu;
  int balance = 0;
};
class Bank {
public:
  void transfer(Account &from, Account &to, int x) {
    std::scoped_lock lock(from.mu, to.mu); // expect: lock-foreign-object "'Bank::transfer' locks 'from.mu'"
    from.balance -= x;
    to.balance += x;
  }
};
