#include <mutex>

namespace runnel {
template <class T> class channel {
public:
  explicit channel(unsigned long capacity = 0);
  bool send(T value);
};
} // namespace runnel

class Feed {
  std::mutex mu_;
  runnel::channel<int> out_;
  int sent_ = 0;

public:
  void publish(int value) {
    // CHECK-FIX: {
    std::lock_guard<std::mutex> hold(mu_);
    ++sent_;
    // CHECK-FIX: }
    out_.send(value); // expect: scope-channel-op
  }
};
