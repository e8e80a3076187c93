// Several locks, always in one order, or with a way back.
#include <memory>
#include <mutex>
#include <vector>

namespace layers {
// The cache calls the store under its lock; the store never calls back.
class Store {
public:
  int load(int key) {
    std::scoped_lock hold(mutex_);
    return key + loads_++;
  }
  void reset() {
    std::scoped_lock hold(mutex_);
    loads_ = 0;
  }

private:
  std::mutex mutex_;
  int loads_ = 0;
};

class Cache {
public:
  explicit Cache(Store &store) : store_(store) {}
  int get(int key) {
    std::scoped_lock hold(mutex_);
    return last_ = store_.load(key); // trap: cache before store
  }
  void clear() {
    store_.reset(); // trap: no lock is held
    std::scoped_lock hold(mutex_);
    last_ = 0;
  }
  void refresh() {
    std::unique_lock hold(mutex_);
    int key = last_;
    hold.unlock(); // trap: let go before the store
    int now = store_.load(key);
    hold.lock();
    last_ = now;
  }

private:
  Store &store_;
  std::mutex mutex_;
  int last_ = 0;
};
} // namespace layers

namespace both_at_once {
struct Account {
  std::mutex mutex;
  long balance = 0;
};

void move(Account &from, Account &to, long amount) {
  std::scoped_lock hold(from.mutex, to.mutex); // trap: deadlock avoided
  from.balance -= amount;
  to.balance += amount;
}

bool try_move(Account &from, Account &to, long amount) {
  std::scoped_lock hold(from.mutex);
  std::unique_lock other(to.mutex, std::try_to_lock); // trap: backs off
  if (!other)
    return false;
  from.balance -= amount;
  to.balance += amount;
  return true;
}
} // namespace both_at_once
