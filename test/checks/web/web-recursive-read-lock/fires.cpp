// A shared lock locked for reading below itself, where a writer can come between.
#include <map>
#include <shared_mutex>
#include <mutex>
#include <vector>

class Registry {
public:
  int find(int key) const {
    std::shared_lock lock(mu_); // note: "'Registry::find' locks 'mu_' here"
    auto it = map_.find(key);
    return it == map_.end() ? fallback() : it->second; // expect: web-recursive-read-lock "'mu_' is locked for reading again"
  }
  int fallback() const {
    std::shared_lock lock(mu_);
    return map_.empty() ? 0 : map_.begin()->second;
  }
  void set(int key, int value) {
    std::unique_lock lock(mu_); // note: "a writer waits for it here"
    map_[key] = value;
  }
  // Two calls down.
  int best() const {
    std::shared_lock<std::shared_mutex> lock(mu_);
    int r = 0;
    for (auto &[key, value] : map_)
      r += score(value); // expect: web-recursive-read-lock
    return r;
  }

private:
  int score(int value) const { return value + fallback(); }
  mutable std::shared_mutex mu_;
  std::map<int, int> map_;
};

// By hand, and a writer by hand.
std::shared_timed_mutex tableLock;
std::vector<int> table;
int lookUp(unsigned i) {
  tableLock.lock_shared();
  int r = i < table.size() ? table[i] : 0;
  tableLock.unlock_shared();
  return r;
}
int sum() {
  tableLock.lock_shared();
  int r = 0;
  for (unsigned i = 0; i < table.size(); ++i)
    r += lookUp(i); // expect: web-recursive-read-lock
  tableLock.unlock_shared();
  return r;
}
void add(int v) {
  tableLock.lock();
  table.push_back(v);
  tableLock.unlock();
}

// In one function.
class Once {
public:
  int get() {
    std::shared_lock a(mu_);
    int r = v_;
    std::shared_lock b(mu_); // expect: web-recursive-read-lock
    return r + v_;
  }
  void set(int v) {
    std::lock_guard w(mu_);
    v_ = v;
  }

private:
  std::shared_mutex mu_;
  int v_ = 0;
};
