// Asking for the mode of a socket changes none, and one file's sockets are not
// another's.
//--- asks.cpp
#include <fcntl.h>
#include <mutex>
#include <sys/socket.h>
bool isNonBlocking(int fd);

class Listener {
public:
  bool polled() const { return isNonBlocking(fd_) || fcntl(fd_, F_GETFL) == 0; }
  int take() {
    std::lock_guard hold(mu_);
    ++taken_;
    return accept(fd_, nullptr, nullptr); // expect: scope-blocking-call "'accept' waits for the network while 'mu_' is held"
  }
  int taken() {
    std::lock_guard hold(mu_);
    return taken_;
  }

private:
  std::mutex mu_;
  int fd_ = -1, taken_ = 0;
};
int one(Listener &l) { return l.take() + l.taken() + l.polled(); }
//--- elsewhere.cpp
#include <fcntl.h>
void prepare(int fd) { fcntl(fd, F_SETFL, O_NONBLOCK); }
