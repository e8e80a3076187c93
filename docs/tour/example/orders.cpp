#include "orders.h"

#include "audit.h"
#include "stock.h"

void Orders::accept(Order order) {
  std::unique_lock hold(mutex_);
  if (stock_.take(order.item, order.count)) {
    ready_.push_back(order);
    more_.notify_one();
  } else {
    waiting_.push_back(order);
  }
  audit_.record("accepted " + order.item);
}

Order Orders::next() {
  std::unique_lock hold(mutex_);
  more_.wait(hold, [this] { return !ready_.empty(); });
  Order order = ready_.front();
  ready_.pop_front();
  return order;
}

void Orders::retry(const std::string &item) {
  std::lock_guard hold(mutex_);
  for (auto order = waiting_.begin(); order != waiting_.end(); ++order)
    if (order->item == item) {
      ready_.push_back(*order);
      waiting_.erase(order);
      more_.notify_one();
      return;
    }
}
