// Exclusive locks of shared mutexes over code that only reads.
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

class Table {
  mutable std::shared_mutex mu_;
  std::map<int, std::string> rows_;
  int version_ = 0;

  int versionUnlocked() const { return version_; }

public:
  size_t size() const {
    std::unique_lock<std::shared_mutex> hold(mu_); // expect: scope-exclusive-read "'mu_' is locked exclusively"
    return rows_.size(); // note: "it is read here"
  }
  std::string get(int key) const {
    std::lock_guard<std::shared_mutex> hold(mu_); // expect: scope-exclusive-read
    auto found = rows_.find(key);
    return found == rows_.end() ? std::string() : found->second;
  }
  int version() const {
    std::scoped_lock hold(mu_); // expect: scope-exclusive-read
    return version_;
  }
  std::vector<int> keys() const {
    std::vector<int> all;
    std::unique_lock hold(mu_); // expect: scope-exclusive-read
    for (const auto &row : rows_)
      all.push_back(row.first);
    return all;
  }
  int through() const {
    std::unique_lock hold(mu_); // expect: scope-exclusive-read
    return versionUnlocked() + version_;
  }
};

static std::shared_mutex lock;
static int level;
int current() {
  std::lock_guard hold(lock); // expect: scope-exclusive-read
  return level;
}
