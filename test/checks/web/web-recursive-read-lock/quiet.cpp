// Reads below reads that cannot hang, or are none.
#include <map>
#include <mutex>
#include <shared_mutex>
#include <vector>

// trap: nobody ever writes under the lock
namespace {
class ReadOnly {
public:
  int find(int key) const {
    std::shared_lock lock(mu_);
    return key + fallback();
  }
  int fallback() const {
    std::shared_lock lock(mu_);
    return v_;
  }

private:
  mutable std::shared_mutex mu_;
  int v_ = 0;
};
} // namespace
int useReadOnly() { return ReadOnly().find(1); }

class Registry {
public:
  // trap: a helper that expects the lock
  int find(int key) const {
    std::shared_lock lock(mu_);
    auto it = map_.find(key);
    return it == map_.end() ? fallbackLocked() : it->second;
  }
  // trap: released before the call
  int either(int key) const {
    {
      std::shared_lock lock(mu_);
      if (auto it = map_.find(key); it != map_.end())
        return it->second;
    }
    return fallback();
  }
  int fallback() const {
    std::shared_lock lock(mu_);
    return fallbackLocked();
  }
  void set(int key, int value) {
    std::unique_lock lock(mu_);
    map_[key] = value;
  }
  // trap: tries
  bool tries() const {
    std::shared_lock lock(mu_);
    if (map_.empty())
      return false;
    std::shared_lock again(mu_, std::try_to_lock);
    return again.owns_lock();
  }
  // trap: another object of the class
  bool same(const Registry &other) const {
    std::shared_lock lock(mu_);
    return map_.size() == 1 && other.fallback() == 0;
  }
  // trap: one read after the other
  int twice(int key) const {
    std::shared_lock one(mu_);
    int r = map_.count(key);
    one.unlock();
    std::shared_lock two(mu_);
    return r + map_.count(key + 1);
  }

private:
  int fallbackLocked() const { return map_.empty() ? 0 : 1; }
  mutable std::shared_mutex mu_;
  std::map<int, int> map_;
};

// trap: two shared locks, each once
class Two {
public:
  int both() const {
    std::shared_lock a(a_);
    int r = x_;
    std::shared_lock b(b_);
    return r + y_;
  }
  void set(int v) {
    {
      std::unique_lock a(a_);
      x_ = v;
    }
    std::unique_lock b(b_);
    y_ = v;
  }

private:
  mutable std::shared_mutex a_, b_;
  int x_ = 0, y_ = 0;
};

// trap: the second lock runs later
class Late {
public:
  template <class F> void each(F f) {
    std::vector<int> copy;
    {
      std::shared_lock lock(mu_);
      copy = v_;
    }
    for (int x : copy)
      f(x);
  }
  int size() {
    std::shared_lock lock(mu_);
    return static_cast<int>(v_.size());
  }
  void add(int x) {
    std::unique_lock lock(mu_);
    v_.push_back(x);
  }

private:
  std::shared_mutex mu_;
  std::vector<int> v_;
};
int total(Late &late) {
  int r = 0;
  late.each([&](int x) { r += x * late.size(); });
  return r;
}
