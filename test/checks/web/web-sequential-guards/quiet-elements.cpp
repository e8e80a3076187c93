// Elements in an order.
#include <mutex>

class Shards {
public:
  // trap: the lower one first
  void move(int from, int to) {
    if (from < to) {
      std::lock_guard<std::mutex> first(mutexes_[from]);
      std::lock_guard<std::mutex> second(mutexes_[to]);
      --sizes_[from];
      ++sizes_[to];
    }
  }
  // trap: both at once
  void swap(int from, int to) {
    std::scoped_lock both(mutexes_[from], mutexes_[to]);
    --sizes_[from];
    ++sizes_[to];
  }
  // trap: chosen here, in one order
  void ends() {
    std::lock_guard<std::mutex> first(mutexes_[0]);
    ++sizes_[0];
  }

private:
  std::mutex mutexes_[8];
  int sizes_[8] = {};
};
