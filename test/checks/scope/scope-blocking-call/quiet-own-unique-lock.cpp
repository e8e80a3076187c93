// A guard of the project's own that can be unlocked and locked again, and reaches into the mutex it locks.
#include <pthread.h>
#include <unistd.h>

class mutex {
public:
  mutex();
  ~mutex();
  void lock();
  void unlock();
  bool try_lock();

private:
  friend class hold;
  pthread_mutex_t m_;
};

class hold {
public:
  explicit hold(mutex &m) : m_(&m.m_) { pthread_mutex_lock(m_); }
  ~hold() {
    if (locked_)
      pthread_mutex_unlock(m_);
  }
  hold(hold const &) = delete;
  hold &operator=(hold const &) = delete;
  hold(hold &&other) noexcept {
    m_ = other.m_;
    other.m_ = nullptr;
    locked_ = other.locked_;
    other.locked_ = false;
  }
  void lock() {
    locked_ = true;
    pthread_mutex_lock(m_);
  }
  void unlock() {
    locked_ = false;
    pthread_mutex_unlock(m_);
  }

private:
  pthread_mutex_t *m_;
  bool locked_{true};
};

class Signals {
public:
  void wait() {
    hold l(mtx_);
    while (active_) {
      l.unlock();
      usleep(1000); // trap: unlocked around the sleep
      l.lock();
    }
  }
  void read(int fd) {
    hold l(mtx_);
    char *into = buffer_;
    l.unlock();
    ::fsync(fd); // trap: unlocked
    l.lock();
    into[0] = 0;
  }
  void pass() {
    hold l(mtx_);
    while (active_)
      step(l); // trap: it unlocks what it is given
  }
  void set(bool on) {
    mtx_.lock();
    active_ = on;
    mtx_.unlock();
  }

  void drain(int events) {
    hold l(mtx_);
    active_ = false;
    char count[100];
    if (::read(events, count, 8) != 8) // trap: the counter of an eventfd that was polled
      active_ = true;
  }

private:
  void step(hold &l) {
    l.unlock();
    usleep(1000);
    l.lock();
  }
  mutex mtx_;
  bool active_ = false;
  char buffer_[16];
};
