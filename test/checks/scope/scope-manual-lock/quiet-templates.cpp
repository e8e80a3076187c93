// What a template calls is known in its instances alone.
#include <mutex>

template <class T> class Queue {
  T *slots_ = nullptr;

public:
  void push(const T &t) { slots_->assign(t); }
  bool flush() { return slots_->commit(); }
};
template <class T> class Pipe {
  Queue<T> queue_;

public:
  void write(const T &t) { queue_.push(t); }
  bool flush() { return queue_.flush(); }
};
template <class T> class Mailbox {
  std::mutex mu_;
  Pipe<T> pipe_;

public:
  // trap: nobody can say that it throws
  void send(const T &t) {
    mu_.lock();
    pipe_.write(t);
    mu_.unlock();
  }
};
