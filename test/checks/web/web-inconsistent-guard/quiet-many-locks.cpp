// What is read under other locks than it is written under, and is none the worse.
#include <mutex>

// trap: a class of many locks holds one for something else nearly everywhere
class Socket {
  std::mutex connection_, send_, receive_, stats_;
  int size_ = 0, sent_ = 0, received_ = 0, lost_ = 0;

public:
  void connect(int size) {
    std::lock_guard lock(connection_);
    size_ = size;
  }
  void reconnect(int size) {
    std::lock_guard lock(connection_);
    size_ = size + 1;
  }
  void send() {
    std::lock_guard lock(send_);
    sent_ += size_;
  }
  void receive() {
    std::lock_guard lock(receive_);
    received_ += size_;
  }
  void lose() {
    std::lock_guard lock(stats_);
    ++lost_;
  }
};

// trap: a copy that was taken under the lock
class Worker {
  std::mutex mu_;
  int *target_ = nullptr;

public:
  void start(int *target) {
    std::lock_guard lock(mu_);
    target_ = target;
  }
  void end() {
    std::lock_guard lock(mu_);
    target_ = nullptr;
  }
  int join() {
    mu_.lock();
    int *target = target_;
    mu_.unlock();
    return target ? *target : 0;
  }
};
