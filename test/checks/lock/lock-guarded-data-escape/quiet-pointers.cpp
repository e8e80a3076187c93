// A pointer that is an element is given away by value: the lock is for the map.
#include <map>
#include <mutex>
#include <string>

class Transaction;
class Database {
  mutable std::mutex mu_;
  std::map<std::string, Transaction *> transactions_;

public:
  void add(const std::string &name, Transaction *t) {
    std::lock_guard lock(mu_);
    transactions_[name] = t;
  }
  void remove(const std::string &name) {
    std::lock_guard lock(mu_);
    transactions_.erase(name);
  }
  // trap: what lies behind the pointer is another object
  Transaction *find(const std::string &name) {
    std::lock_guard lock(mu_);
    auto it = transactions_.find(name);
    if (it == transactions_.end())
      return nullptr;
    return it->second;
  }
};
