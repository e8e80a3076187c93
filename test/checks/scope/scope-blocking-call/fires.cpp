// Calls that block while a lock is held, here and through calls.
//--- disk.h
void store(int fd);
//--- disk.cpp
#include "disk.h"
#include <fcntl.h>
#include <unistd.h>
static void writeOut(int fd) {
  char buffer[4096] = {};
  if (write(fd, buffer, sizeof buffer) < 0) // note: "'writeOut' calls 'write' here"
    return;
  fsync(fd);
}
void store(int fd) {
  writeOut(fd); // note: "'store' calls 'writeOut' here"
}
//--- a.cpp
#include "disk.h"
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <netdb.h>
#include <pthread.h>
#include <shared_mutex>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

class Cache {
  std::mutex mu_;
  std::shared_mutex rw_;
  std::map<std::string, std::string> entries_;
  int hits_ = 0;

public:
  void slow() {
    std::lock_guard<std::mutex> hold(mu_); // note: "'mu_' is locked here"
    ++hits_;
    std::this_thread::sleep_for(std::chrono::seconds(1)); // expect: scope-blocking-call "while 'mu_' is held"
    ++hits_;
  }
  void resolve(const char *host) {
    std::unique_lock hold(mu_);
    addrinfo *found = nullptr;
    if (getaddrinfo(host, nullptr, nullptr, &found) == 0) // expect: scope-blocking-call "waits for the network"
      entries_[host] = "known";
  }
  // Two calls away, in another file.
  void save() {
    std::scoped_lock hold(mu_);
    entries_.clear();
    store(3); // expect: scope-blocking-call "'mu_' is held"
    ++hits_;
  }
  void run() {
    std::lock_guard hold(mu_);
    hits_ = std::system("true"); // expect: scope-blocking-call "another process"
  }
  // One finding a section: the others are notes.
  void twice(int fd) {
    std::lock_guard hold(mu_);
    ++hits_;
    fsync(fd); // expect: scope-blocking-call "'fsync' waits for a file"
    sleep(1);  // note: "'sleep' blocks here too"
    ++hits_;
  }
  void byHand() {
    mu_.lock();
    ++hits_;
    usleep(100); // expect: scope-blocking-call
    ++hits_;
    mu_.unlock();
  }
  void reader() const;
  void shared() {
    std::shared_lock hold(rw_);
    ++hits_;
    sleep(1); // expect: scope-blocking-call "'rw_' is held"
    ++hits_;
  }
  void relocked() {
    std::unique_lock hold(mu_);
    ++hits_;
    hold.unlock();
    sleep(1);
    hold.lock();
    sleep(2); // expect: scope-blocking-call
    ++hits_;
  }
  void onBothPaths(bool deep) {
    std::lock_guard hold(mu_);
    if (deep)
      ++hits_;
    sleep(1); // expect: scope-blocking-call
    ++hits_;
  }
  std::unique_lock<std::mutex> enter() {
    return std::unique_lock<std::mutex>(mu_);
  }
  void throughFunction() {
    auto hold = enter();
    ++hits_;
    sleep(1); // expect: scope-blocking-call
    ++hits_;
  }
  void inLoop(std::vector<int> &all) {
    std::lock_guard hold(mu_);
    for (int &one : all) {
      one = ++hits_;
      sleep(1); // expect: scope-blocking-call
    }
  }
  void inLambda() {
    std::lock_guard hold(mu_);
    auto pause = [this] { sleep(hits_); };
    pause(); // expect: scope-blocking-call
    ++hits_;
  }
  void tried() {
    if (mu_.try_lock()) {
      ++hits_;
      sleep(1); // expect: scope-blocking-call
      mu_.unlock();
    }
  }
};

static std::mutex table;
static int rows;

void connectAll(int socket, const sockaddr *to, socklen_t size) {
  std::lock_guard hold(table);
  ++rows;
  connect(socket, to, size); // expect: scope-blocking-call "'connect' waits for the network while 'table' is held"
  ++rows;
}

static pthread_mutex_t old = PTHREAD_MUTEX_INITIALIZER;
void oldStyle() {
  pthread_mutex_lock(&old);
  ++rows;
  sleep(1); // expect: scope-blocking-call "while 'old' is held"
  pthread_mutex_unlock(&old);
}

// The condition variable releases its own lock, not the other.
class Two {
  std::mutex outer_, inner_;
  std::condition_variable ready_;
  bool open_ = false;
  int n_ = 0;

public:
  void wait() {
    std::lock_guard first(outer_);
    ++n_;
    std::unique_lock second(inner_);
    while (!open_)
      ready_.wait(second); // expect: scope-blocking-call "waits for another thread while 'outer_' is held"
  }
};
