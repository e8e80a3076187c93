// Such a guard holds the mutex it was given, until it is unlocked.
#include <pthread.h>
#include <unistd.h>

class mutex {
public:
  void lock() { pthread_mutex_lock(&m_); }
  void unlock() { pthread_mutex_unlock(&m_); }

private:
  friend class hold;
  pthread_mutex_t m_ = PTHREAD_MUTEX_INITIALIZER;
};

class hold {
public:
  explicit hold(mutex &m) : m_(&m.m_) { pthread_mutex_lock(m_); }
  ~hold() {
    if (locked_)
      pthread_mutex_unlock(m_);
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

class Log {
public:
  void flush(int fd) {
    hold l(mtx_);
    usleep(1000); // expect: scope-blocking-call "'mtx_' is held"
    l.unlock();
    usleep(1000);
    l.lock();
    usleep(1000); // expect: scope-blocking-call "'mtx_' is held"
    dirty_ = false;
  }

private:
  mutex mtx_;
  bool dirty_ = false;
};
