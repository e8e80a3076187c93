// Channel operations that wait, under a lock.
#include <mutex>
#include <optional>

namespace runnel {
template <class T> class channel {
public:
  explicit channel(unsigned long capacity = 0);
  bool send(T value);
  std::optional<T> recv();
  bool try_send(T value);
};
template <class T> class sender {
public:
  bool send(T value);
};
class mutex {
public:
  void lock();
  void unlock();
};
} // namespace runnel

class Feed {
  std::mutex mu_;
  runnel::mutex fiber_;
  runnel::channel<int> out_;
  runnel::channel<int> in_;
  runnel::sender<int> end_;
  int sent_ = 0;

  void push() { out_.send(sent_); } // note: "waits on the channel here"

public:
  void publish(int value) {
    std::lock_guard<std::mutex> hold(mu_); // note: "'mu_' is locked here"
    ++sent_;
    out_.send(value); // expect: scope-channel-op "a send to 'out_' waits for another goroutine while 'mu_' is held"
    ++sent_;
  }
  int take() {
    std::unique_lock hold(mu_);
    ++sent_;
    return in_.recv().value_or(0); // expect: scope-channel-op "a receive from 'in_'"
  }
  void throughEnd(int value) {
    std::scoped_lock hold(mu_);
    ++sent_;
    end_.send(value); // expect: scope-channel-op "'end_'"
    ++sent_;
  }
  void helper() {
    std::lock_guard hold(mu_);
    ++sent_;
    push(); // expect: scope-channel-op
  }
  void fiber(int value) {
    std::lock_guard hold(fiber_);
    ++sent_;
    out_.send(value); // expect: scope-channel-op "'fiber_' is held"
    ++sent_;
  }
  void both(int value) {
    std::lock_guard hold(mu_);
    ++sent_;
    out_.send(value); // expect: scope-channel-op
    in_.recv();       // note: "a receive from 'in_' waits under the lock too"
    ++sent_;
  }
  void byHand(int value) {
    mu_.lock();
    out_.send(value); // expect: scope-channel-op
    ++sent_;
    mu_.unlock();
  }
  void ranged(const int (&values)[4]) {
    std::lock_guard hold(mu_);
    for (int value : values)
      out_.send(value + sent_); // expect: scope-channel-op
  }
};
