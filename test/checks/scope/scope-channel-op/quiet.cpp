// Channels beside locks.
#include <chrono>
#include <mutex>
#include <optional>

namespace runnel {
template <class T> class channel {
public:
  explicit channel(unsigned long capacity = 0);
  bool send(T value);
  std::optional<T> recv();
  bool try_send(T value);
  std::optional<T> try_recv();
  void close();
};
} // namespace runnel

class Feed {
  std::mutex mu_;
  runnel::channel<int> out_;
  int sent_ = 0;

public:
  // trap: tried only
  bool offer(int value) {
    std::lock_guard hold(mu_);
    ++sent_;
    return out_.try_send(value);
  }
  // trap: asked only
  int poll() {
    std::lock_guard hold(mu_);
    ++sent_;
    return out_.try_recv().value_or(0);
  }
  // trap: closing does not wait
  void finish() {
    std::lock_guard hold(mu_);
    ++sent_;
    out_.close();
  }
  // trap: unlocked before
  void early(int value) {
    std::unique_lock hold(mu_);
    ++sent_;
    hold.unlock();
    out_.send(value);
  }
  // trap: the guard is gone
  void braces(int value) {
    {
      std::lock_guard hold(mu_);
      ++sent_;
    }
    out_.send(value);
  }
  // trap: locked afterwards
  void after(int value) {
    out_.send(value);
    std::lock_guard hold(mu_);
    ++sent_;
  }
  // trap: there is room for what is sent
  runnel::channel<int> answer(int value) {
    std::lock_guard hold(mu_);
    runnel::channel<int> one(1);
    one.send(value + sent_);
    return one;
  }
  // trap: held on one path only
  void maybe(bool lock, int value) {
    if (lock)
      mu_.lock();
    out_.send(value);
    if (lock)
      mu_.unlock();
  }
  // trap: a channel of another name for the same method
  struct Pipe {
    void send(int) {}
    int recv() { return 0; }
  } pipe_;
  void piped(int value) {
    std::lock_guard hold(mu_);
    ++sent_;
    pipe_.send(value);
    sent_ += pipe_.recv();
  }
};
