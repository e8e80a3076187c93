// Sockets that this file puts into non-blocking mode make nobody wait.
// flags: -D_GNU_SOURCE
//--- fcntl.cpp
#include <fcntl.h>
#include <mutex>
#include <sys/socket.h>

class Listener {
public:
  void open(int fd) {
    const int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    std::lock_guard hold(mu_);
    fd_ = fd;
  }
  int take() {
    std::lock_guard hold(mu_);
    ++taken_;
    return accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); // trap: returns at once
  }
  int taken() {
    std::lock_guard hold(mu_);
    return taken_;
  }

private:
  std::mutex mu_;
  int fd_ = -1, taken_ = 0;
};
int one(Listener &l) { return l.take() + l.taken(); }
//--- made.cpp
#include <mutex>
#include <sys/socket.h>

class Peer {
public:
  bool start(const sockaddr *to, socklen_t size) {
    std::lock_guard hold(mu_);
    ++tries_;
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    return connect(fd_, to, size) == 0; // trap: says EINPROGRESS
  }
  int tries() {
    std::lock_guard hold(mu_);
    return tries_;
  }

private:
  std::mutex mu_;
  int fd_ = -1, tries_ = 0;
};
bool two(Peer &p) { return p.start(nullptr, 0); }
//--- named.cpp
#include <mutex>
#include <sys/socket.h>
bool setNonBlocking(int fd, bool on);

class Pump {
public:
  explicit Pump(int fd) : fd_(fd) { setNonBlocking(fd, true); }
  long pull(char *to, unsigned long size) {
    std::lock_guard hold(mu_);
    ++pulls_;
    return recv(fd_, to, size, 0); // trap: by the project's own function
  }
  int pulls() {
    std::lock_guard hold(mu_);
    return pulls_;
  }

private:
  std::mutex mu_;
  int fd_, pulls_ = 0;
};
long three(Pump &p) { return p.pull(nullptr, 0); }
