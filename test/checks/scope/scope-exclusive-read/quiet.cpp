// Exclusive locks that have to be, and shared ones.
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

void elsewhere(const std::map<int, std::string> &rows);
void change(std::map<int, std::string> &rows);

class Table {
  mutable std::shared_mutex mu_;
  mutable std::mutex plain_;
  std::map<int, std::string> rows_;
  mutable int hits_ = 0;
  int version_ = 0;

  void bump() { ++version_; }

public:
  // trap: shared
  size_t size() const {
    std::shared_lock hold(mu_);
    return rows_.size();
  }
  // trap: writes
  void set(int key, std::string value) {
    std::unique_lock hold(mu_);
    rows_[key] = std::move(value);
  }
  // trap: operator[] inserts
  std::string get(int key) {
    std::unique_lock hold(mu_);
    return rows_[key];
  }
  // trap: a mutable member is written by a reader
  size_t counted() const {
    std::unique_lock hold(mu_);
    ++hits_;
    return rows_.size();
  }
  // trap: a helper writes
  int next() {
    std::unique_lock hold(mu_);
    bump();
    return version_;
  }
  // trap: somebody else may write
  int given() {
    std::unique_lock hold(mu_);
    change(rows_);
    return version_;
  }
  // trap: nobody can see what the function does
  int seen() const {
    std::unique_lock hold(mu_);
    elsewhere(rows_);
    return version_;
  }
  // trap: a plain mutex knows no readers
  size_t plain() const {
    std::lock_guard hold(plain_);
    return rows_.size();
  }
  // trap: a way to the data leaves: who knows what for
  const std::string &reference(int key) const {
    std::unique_lock hold(mu_);
    return rows_.at(key);
  }
  // trap: the guard leaves
  std::unique_lock<std::shared_mutex> freeze() const {
    std::unique_lock hold(mu_);
    return hold;
  }
  // trap: erases in the end
  void drop(int key) {
    std::unique_lock hold(mu_);
    auto found = rows_.find(key);
    if (found != rows_.end())
      rows_.erase(found);
  }
  // trap: swaps into a local
  std::map<int, std::string> takeAll() {
    std::map<int, std::string> all;
    std::unique_lock hold(mu_);
    all.swap(rows_);
    return all;
  }
};
