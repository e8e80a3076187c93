// Two elements that the caller chose.
#include <mutex>

class Shards {
public:
  void move(int from, int to) {
    std::lock_guard<std::mutex> first(mutexes_[from]);
    std::lock_guard<std::mutex> second(mutexes_[to]); // expect: web-sequential-guards "'mutexes_[from]' and 'mutexes_[to]'"
    --sizes_[from];
    ++sizes_[to];
  }

private:
  std::mutex mutexes_[8];
  int sizes_[8] = {};
};
