#include <map>
#include <mutex>
#include <shared_mutex>

class Table {
  mutable std::shared_mutex mu_;
  std::map<int, int> rows_;

public:
  size_t size() const {
    // CHECK-FIX: std::shared_lock<std::shared_mutex> hold(mu_);
    std::unique_lock<std::shared_mutex> hold(mu_); // expect: scope-exclusive-read
    return rows_.size();
  }
  bool empty() const {
    // CHECK-FIX: std::shared_lock hold(mu_);
    std::scoped_lock hold(mu_); // expect: scope-exclusive-read
    return rows_.empty();
  }
};
