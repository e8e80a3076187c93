#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// trap: by value
class Store {
public:
  std::vector<int> items() const {
    std::lock_guard lock(mu_);
    return items_;
  }
  int first() const {
    std::lock_guard lock(mu_);
    return items_.front();
  }
  void add(int x) {
    std::lock_guard lock(mu_);
    items_.push_back(x);
  }

private:
  mutable std::mutex mu_;
  std::vector<int> items_;
};

// trap: set once, in the constructor
class Config {
public:
  explicit Config(std::string name) : name_(std::move(name)) {}
  const std::string &name() const { return name_; }
  const std::vector<int> &ports() const { return ports_; }
  void bump() {
    std::lock_guard lock(mu_);
    if (!name_.empty())
      ++n_;
  }

private:
  std::mutex mu_;
  const std::vector<int> ports_{80, 443};
  std::string name_;
  int n_ = 0;
};

// trap: atomics look after themselves
class Stats {
public:
  std::atomic<int> &hits() { return hits_; }
  void hit() {
    std::lock_guard lock(mu_);
    ++hits_;
  }

private:
  std::mutex mu_;
  std::atomic<int> hits_{0};
};

// trap: objects with a lock of their own
class Channel {
public:
  void send(int x) {
    std::lock_guard lock(mu_);
    last_ = x;
  }

private:
  std::mutex mu_;
  int last_ = 0;
};
class Channels {
public:
  Channel &get(const std::string &name) {
    std::lock_guard lock(mu_);
    return channels_[name];
  }
  std::shared_ptr<Channel> shared(int i) {
    std::lock_guard lock(mu_);
    return list_[i];
  }
  Channel *raw(int i) {
    std::lock_guard lock(mu_);
    return list_[i].get();
  }
  void add() {
    std::lock_guard lock(mu_);
    list_.push_back(std::make_shared<Channel>());
    channels_.clear();
  }

private:
  std::mutex mu_;
  std::map<std::string, Channel> channels_;
  std::vector<std::shared_ptr<Channel>> list_;
};

// trap: the guard comes with the reference
class Document {
public:
  std::pair<std::unique_lock<std::mutex>, std::string *> edit() {
    std::unique_lock lock(mu_);
    return {std::move(lock), &text_};
  }
  void clear() {
    std::lock_guard lock(mu_);
    text_.clear();
  }

private:
  std::mutex mu_;
  std::string text_;
};

// trap: private, and only called with the lock
class Table {
public:
  void set(int key, std::string value) {
    std::lock_guard lock(mu_);
    cell(key) = value;
  }

private:
  std::string &cell(int key) { return cells_[key]; }
  std::mutex mu_;
  std::map<int, std::string> cells_;
};

// trap: the caller has the lock, and says so
class Annotated {
public:
  const std::string &text() const __attribute__((requires_capability(mu_))) {
    return text_;
  }
  void set(std::string text) {
    std::lock_guard lock(mu_);
    text_ = text;
  }
  const std::string &textLocked(const std::unique_lock<std::mutex> &) const {
    return text_;
  }

private:
  mutable std::mutex mu_;
  std::string text_;
};

// trap: nobody guards it
class Plain {
public:
  std::vector<int> &items() { return items_; }
  void add(int x) { items_.push_back(x); }
  void count() {
    std::lock_guard lock(mu_);
    ++n_;
  }

private:
  std::mutex mu_;
  int n_ = 0;
  std::vector<int> items_;
};

// trap: a reference to itself
class Builder {
public:
  Builder &add(int x) {
    std::lock_guard lock(mu_);
    items_.push_back(x);
    return *this;
  }

private:
  std::mutex mu_;
  std::vector<int> items_;
};

// trap: what a pointer leads to is not what the lock guards
class Lazy {
public:
  Channel *get() {
    std::lock_guard lock(mu_);
    if (!made_)
      made_ = new Channel;
    return made_;
  }
  Channel &ref() {
    std::lock_guard lock(mu_);
    return *made_;
  }

private:
  std::mutex mu_;
  Channel *made_ = nullptr;
};

// trap: an argument
class Filter {
public:
  const std::string &pass(const std::string &line) {
    std::lock_guard lock(mu_);
    ++seen_;
    return line;
  }

private:
  std::mutex mu_;
  int seen_ = 0;
};

// Iterators whose section lasts, or whose element does.
class StaySessions {
public:
  void touch(int id) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto it = names_.find(id);
    if (it == names_.end())
      return;
    it->second += "x"; // trap: still locked
    hold.unlock();
  }
  std::string copy(int id) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto it = names_.find(id);
    if (it == names_.end())
      return "";
    std::string name = it->second;
    hold.unlock();
    return name + "x"; // trap: a copy
  }
  void again(int id) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto it = names_.find(id);
    hold.unlock();
    hold.lock();
    it = names_.find(id);
    if (it != names_.end())
      it->second += "x"; // trap: found anew
  }
  void drop(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    names_.erase(id);
  }

private:
  std::mutex mutex_;
  std::map<int, std::string> names_;
};
class GrowingOnly {
public:
  void touch(int id) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto it = names_.emplace(id, "").first;
    hold.unlock();
    it->second += "x"; // trap: nobody takes it away, and this thread alone has the id
  }
  void add(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    names_[id] = "new";
  }

private:
  std::mutex mutex_;
  std::map<int, std::string> names_;
};

// Pointers that are elements, and elements that are owned elsewhere too.
class Handles {
public:
  struct Handle {
    int times = 0;
  };
  void count(int id) {
    Handle *found = nullptr;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      found = handles_[id];
    }
    found->times++; // trap: the element is the pointer
  }
  void shared(int id) {
    std::shared_ptr<Handle> found;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      found = owned_[id];
    }
    found->times++; // trap: it has a share
  }
  void drop(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    handles_.erase(id);
    owned_.erase(id);
  }

private:
  std::mutex mutex_;
  std::map<int, Handle *> handles_;
  std::map<int, std::shared_ptr<Handle>> owned_;
};
