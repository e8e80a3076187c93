// The stock of a warehouse. Its mutex is public, so every user of the class
// must know its locking rules.
#pragma once

#include <map>
#include <mutex>
#include <string>

class Orders;

class Stock {
public:
  void add(const std::string &item, int count);
  bool take(const std::string &item, int count);
  void attach(Orders &orders) { orders_ = &orders; }

  /// Tells the orders that wait for \p item, while the stock is locked.
  void restock(const std::string &item, int count);

  std::mutex mutex;

private:
  std::map<std::string, int> count_;
  Orders *orders_ = nullptr;
};
