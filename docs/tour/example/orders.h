// Orders that wait for stock, and a hand-made queue between the threads that
// accept them and the one that packs them.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

class Audit;
class Stock;

struct Order {
  std::string item;
  int count;
};

class Orders {
public:
  Orders(Stock &stock, Audit &audit) : stock_(stock), audit_(audit) {}

  void accept(Order order);
  Order next();
  void retry(const std::string &item);

private:
  Stock &stock_;
  Audit &audit_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<Order> ready_;
  std::vector<Order> waiting_;
};
