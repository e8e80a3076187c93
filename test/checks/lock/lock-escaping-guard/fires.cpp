#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

class Store {
public:
  std::unique_lock<std::mutex> lock() { // expect: lock-escaping-guard "'Store::lock' returns a guard of 'mu_'"
    return std::unique_lock(mu_);
  }
  void addLocked(std::unique_lock<std::mutex> &held, int x) { // expect: lock-escaping-guard "'Store::addLocked' takes a guard"
    (void)held;
    data_.push_back(x);
  }
  void addProved(const std::lock_guard<std::mutex> &, int x) { // note: "so does 'Store::addProved' here"
    data_.push_back(x);
  }

private:
  std::mutex mu_;
  std::vector<int> data_;
};

class Settings {
public:
  std::shared_lock<std::shared_mutex> reading() const { // expect: lock-escaping-guard "'Settings::reading' returns a guard"
    return std::shared_lock(mu_);
  }
  [[nodiscard]] auto writing() { // note: "so does 'Settings::writing' here"
    return std::unique_lock(mu_);
  }
  const std::string &name() const { return name_; }

private:
  mutable std::shared_mutex mu_;
  std::string name_;
};

class Declared {
public:
  std::unique_lock<std::mutex> acquire(); // expect: lock-escaping-guard "'Declared::acquire'"
  void finish(std::unique_lock<std::mutex> held); // expect: lock-escaping-guard "'Declared::finish' takes a guard"
  void touch() {
    auto held = acquire();
    finish(std::move(held));
  }

private:
  std::mutex mu_;
};

class Tried {
public:
  std::unique_lock<std::mutex> tryAcquire() { // expect: lock-escaping-guard
    return std::unique_lock(mu_, std::try_to_lock);
  }

private:
  std::mutex mu_;
};
