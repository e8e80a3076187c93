#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

class Store {
public:
  const std::vector<int> &items() {
    std::lock_guard lock(mu_);
    return items_; // expect: lock-guarded-data-escape "'Store::items' returns a reference to 'items_', which 'Store::mu_' guards"
  }
  std::vector<int> *pointer() {
    std::lock_guard lock(mu_);
    return &items_; // expect: lock-guarded-data-escape "returns a pointer to 'items_'"
  }
  int &at(int i) {
    std::lock_guard lock(mu_);
    return items_[i]; // expect: lock-guarded-data-escape "returns a reference into 'items_'"
  }
  void add(int x) {
    std::lock_guard lock(mu_);
    items_.push_back(x); // note: "written under 'Store::mu_' in 'Store::add' here"
  }
  void clear() {
    std::lock_guard lock(mu_);
    items_.clear();
  }

private:
  std::mutex mu_;
  std::vector<int> items_; // note: "'items_' is declared here"
};

// The getter does not lock at all.
class Names {
public:
  const std::string &title() const {
    return title_; // expect: lock-guarded-data-escape "'Names::title' returns a reference to 'title_'"
  }
  void rename(std::string to) {
    std::unique_lock lock(mu_);
    title_ = to;
  }
  std::string copy() const {
    std::shared_lock lock(mu_);
    return title_;
  }

private:
  mutable std::shared_mutex mu_;
  std::string title_;
};

class Views {
public:
  std::string_view text() {
    std::lock_guard lock(mu_);
    return text_; // expect: lock-guarded-data-escape "returns a view to 'text_'"
  }
  std::span<int> numbers() {
    std::lock_guard lock(mu_);
    return numbers_; // expect: lock-guarded-data-escape "returns a view to 'numbers_'"
  }
  void set(std::string text, int n) {
    std::lock_guard lock(mu_);
    text_ = text;
    numbers_.push_back(n);
  }

private:
  std::mutex mu_;
  std::string text_;
  std::vector<int> numbers_;
};

struct User {
  std::string name;
  int age = 0;
};

class Users {
public:
  User &find(int id) {
    std::lock_guard lock(mu_);
    return users_[id]; // expect: lock-guarded-data-escape "returns a reference into 'users_'"
  }
  const std::string &name() {
    std::lock_guard lock(mu_);
    return admin_.name; // expect: lock-guarded-data-escape "into 'admin_'"
  }
  void appoint(User u) {
    std::lock_guard lock(mu_);
    admin_ = u;
    users_[0] = u;
  }

private:
  std::mutex mu_;
  std::map<int, User> users_;
  User admin_;
};

class Annotated {
public:
  const std::vector<int> &items() const {
    return items_; // expect: lock-guarded-data-escape
  }
  void add(int x) {
    std::lock_guard lock(mu_);
    items_.push_back(x);
  }

private:
  mutable std::mutex mu_;
  std::vector<int> items_ __attribute__((guarded_by(mu_)));
};

// Iterators that outlive the section they were found in.
class Sessions {
public:
  void touch(int id) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto it = names_.find(id); // note: "it was found under the lock here"
    if (it == names_.end())
      return;
    hold.unlock();
    it->second += "x"; // expect: lock-guarded-data-escape "'it' points into 'names_', which 'Sessions::mutex_' guards, and is followed after the unlock"
  }
  void drop(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    names_.erase(id); // note: "can meanwhile take away what it points to"
  }

private:
  std::mutex mutex_;
  std::map<int, std::string> names_;
};

class Hits {
public:
  void count(int id) {
    Hit *found = nullptr;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      auto it = hits_.find(id);
      if (it == hits_.end())
        return;
      found = &it->second;
    }
    found->times++; // expect: lock-guarded-data-escape "'found' points into 'hits_'"
  }
  void rename(int id, const std::string &name) {
    std::string *text;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      text = &names_[id];
    }
    *text = name; // expect: lock-guarded-data-escape "'text' points into 'names_'"
  }
  void drop(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    hits_.erase(id);
    names_.erase(id);
  }

private:
  struct Hit {
    int times = 0;
  };
  std::mutex mutex_;
  std::map<int, Hit> hits_;
  std::map<int, std::string> names_;
};
