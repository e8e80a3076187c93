// What looks like blocking under a lock and is not, or is meant.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <fcntl.h>
#include <functional>
#include <mutex>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

class Queue {
  std::mutex mu_;
  std::condition_variable more_;
  std::deque<int> items_;
  bool closed_ = false;

public:
  // trap: a wait releases its lock
  int take() {
    std::unique_lock hold(mu_);
    more_.wait(hold, [this] { return !items_.empty(); });
    int item = items_.front();
    items_.pop_front();
    return item;
  }
  // trap: the same with a loop
  int takeInLoop() {
    std::unique_lock<std::mutex> hold(mu_);
    while (items_.empty())
      more_.wait(hold);
    int item = items_.front();
    items_.pop_front();
    return item;
  }
  // trap: a helper that waits with the guard it is given
  void pause(std::unique_lock<std::mutex> &hold) {
    while (!closed_)
      more_.wait(hold);
  }
  void stop() {
    std::unique_lock hold(mu_);
    items_.clear();
    pause(hold);
  }
  // trap: unlocked before it sleeps
  void early() {
    std::unique_lock hold(mu_);
    items_.clear();
    hold.unlock();
    sleep(1);
  }
  // trap: the guard is gone by then
  void braces() {
    {
      std::lock_guard hold(mu_);
      items_.clear();
    }
    sleep(1);
  }
  // trap: deferred, never locked before the call
  void deferred() {
    std::unique_lock hold(mu_, std::defer_lock);
    sleep(1);
    hold.lock();
    items_.clear();
  }
  // trap: only on some paths held
  void maybe(bool lock) {
    if (lock)
      mu_.lock();
    sleep(1);
    if (lock)
      mu_.unlock();
  }
  // trap: a failed try_lock holds nothing
  void retry() {
    while (!mu_.try_lock())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    items_.clear();
    mu_.unlock();
  }
  // trap: a released guard
  void released() {
    std::unique_lock hold(mu_);
    items_.clear();
    hold.release()->unlock();
    sleep(1);
  }
  // trap: a helper that unlocks, works and locks again
  void helped() {
    std::unique_lock hold(mu_);
    items_.clear();
    unlocked(hold);
    items_.clear();
  }
  void unlocked(std::unique_lock<std::mutex> &hold) {
    hold.unlock();
    sleep(1);
    hold.lock();
  }
  // trap: by hand, the other way round
  void inverse() {
    mu_.lock();
    items_.clear();
    giveWay();
    mu_.unlock();
  }
  void giveWay() {
    mu_.unlock();
    sleep(1);
    mu_.lock();
  }
  // trap: the lambda is only made here, not called
  std::function<void()> later() {
    std::lock_guard hold(mu_);
    items_.clear();
    return [] { sleep(1); };
  }
  // trap: runs in another thread
  std::thread worker() {
    std::lock_guard hold(mu_);
    items_.clear();
    return std::thread([] { sleep(1); });
  }
};

// trap: a lock whose only purpose is the file
class Journal {
  std::mutex mu_;
  int file_;

public:
  explicit Journal(const char *path) : file_(open(path, O_WRONLY)) {}
  void append(const std::string &line) {
    std::lock_guard hold(mu_);
    if (write(file_, line.data(), line.size()) >= 0)
      fsync(file_);
  }
  void flush() {
    std::lock_guard hold(mu_);
    fsync(file_);
  }
};

// trap: a lock whose only purpose is the socket
class Connection {
  std::mutex sending_;
  int socket_ = -1;

public:
  void sendAll(const char *data, size_t size) {
    std::lock_guard hold(sending_);
    while (size > 0) {
      ssize_t n = ::send(socket_, data, size, 0);
      if (n <= 0)
        return;
      data += n;
      size -= n;
    }
  }
};

// trap: log lines must not mix
static std::mutex console;
void logLine(const char *text) {
  std::lock_guard hold(console);
  fputs(text, stderr);
  fflush(stderr);
}

class Service {
  std::mutex mu_;
  std::vector<int> clients_;
  int wake_[2] = {-1, -1};
  int socket_ = -1;
  std::FILE *out_ = nullptr;

  void logState(const char *what) {
    char line[100];
    int n = std::snprintf(line, sizeof line, "%s %zu\n", what, clients_.size());
    fwrite(line, 1, n, out_);
  }

public:
  // trap: wakes the event loop: one byte through a pipe
  void add(int client) {
    std::lock_guard hold(mu_);
    clients_.push_back(client);
    (void)!write(wake_[1], "x", 1);
  }
  // trap: does not wait
  bool ready() {
    std::lock_guard hold(mu_);
    pollfd one{socket_, POLLIN, 0};
    clients_.clear();
    return poll(&one, 1, 0) > 0;
  }
  // trap: a flag says that it does not wait
  long peek(char *to, size_t size) {
    std::lock_guard hold(mu_);
    clients_.clear();
    return recv(socket_, to, size, MSG_DONTWAIT);
  }
  // trap: closing is quick
  void drop() {
    std::lock_guard hold(mu_);
    clients_.clear();
    close(socket_);
  }
  // trap: what is logged under the lock is about the state it guards
  void traced() {
    std::lock_guard hold(mu_);
    clients_.clear();
    logState("cleared");
  }
  // trap: nobody else has the object yet
  Service() {
    std::lock_guard hold(mu_);
    clients_.push_back(1);
    sleep(1);
  }
};

// trap: a time limit on the lock, not held
void limited(std::timed_mutex &m) {
  if (m.try_lock_for(std::chrono::seconds(1)))
    m.unlock();
  else
    sleep(1);
}

// trap: a guard the other way round: it unlocks, and locks again
class ScopeUnlock {
  std::mutex &mu_;

public:
  explicit ScopeUnlock(std::mutex &mu) : mu_(mu) { mu_.unlock(); }
  ~ScopeUnlock() { mu_.lock(); }
};
class Player {
  std::mutex mu_;
  int songs_ = 0;

public:
  void next() {
    std::lock_guard hold(mu_);
    ++songs_;
    {
      ScopeUnlock open(mu_);
      sleep(1);
    }
    ++songs_;
  }
};

// trap: a condition variable of one's own, that waits with the guard's lock
class Condition {
  pthread_cond_t native_ = PTHREAD_COND_INITIALIZER;

public:
  void wait(std::unique_lock<std::mutex> &hold) {
    pthread_cond_wait(&native_, hold.mutex()->native_handle());
  }
};
class Gate {
  std::mutex mu_;
  Condition opened_;
  bool open_ = false;

public:
  void pass() {
    std::unique_lock hold(mu_);
    while (!open_)
      opened_.wait(hold);
  }
};

// trap: a numeric address needs no name server
class Peer {
  std::mutex mu_;
  sockaddr_storage address_{};
  std::string text_;

public:
  void print() {
    std::lock_guard hold(mu_);
    char host[64];
    getnameinfo(reinterpret_cast<sockaddr *>(&address_), sizeof address_, host,
                sizeof host, nullptr, 0, NI_NUMERICHOST | NI_NUMERICSERV);
    text_ = host;
  }
};
