#include "stock.h"

#include "orders.h"

void Stock::add(const std::string &item, int count) {
  std::lock_guard hold(mutex);
  count_[item] += count;
}

bool Stock::take(const std::string &item, int count) {
  std::lock_guard hold(mutex);
  int &left = count_[item];
  if (left < count)
    return false;
  left -= count;
  return true;
}

void Stock::restock(const std::string &item, int count) {
  std::lock_guard hold(mutex);
  count_[item] += count;
  orders_->retry(item);
}
