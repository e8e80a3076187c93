// Code from which the program cannot come back delays nobody.
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <netdb.h>
#include <unistd.h>

[[noreturn]] void panic();
void fail(const char *what) {
  fprintf(stderr, "%s", what);
  fflush(stderr);
  abort();
}
#define REQUIRE(x)                                                             \
  do {                                                                         \
    if (!(x)) {                                                                \
      fprintf(stderr, #x);                                                     \
      fflush(stderr);                                                          \
      fail(#x);                                                                \
    }                                                                          \
  } while (false)

class Slots {
  std::mutex mu_;
  int n_ = 0;
  void check(int n) { REQUIRE(n >= 0); }

public:
  // trap: the assertion flushes, and then the program ends
  void set(int n) {
    std::lock_guard hold(mu_);
    REQUIRE(n > 0);
    n_ = n;
  }
  // trap: the same, a call away
  void put(int n) {
    std::lock_guard hold(mu_);
    check(n);
    n_ = n;
  }
  // trap: both ways end the program
  void end(bool loud) {
    std::lock_guard hold(mu_);
    if (n_ > 100) {
      fflush(stdout);
      if (loud)
        fail("loud");
      else
        _exit(1);
    }
    ++n_;
  }
};

// trap: of no host, getaddrinfo asks no server
class Socket {
  std::mutex mu_;
  addrinfo *local_ = nullptr;

public:
  void bindAny() {
    std::lock_guard hold(mu_);
    addrinfo hints{};
    getaddrinfo(nullptr, "0", &hints, &local_);
  }
};
