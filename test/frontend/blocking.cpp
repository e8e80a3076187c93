// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s
// Calls that block their thread, and the flags by which they do not.
#include <chrono>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace mine {
int read(int, void *, int);
}

void sockets(int fd, char *b) {
  recv(fd, b, 1, MSG_DONTWAIT);
  recv(fd, b, 1, 0);
  int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  send(fd, b, 1, flags);
  poll(nullptr, 0, 0);
  poll(nullptr, 0, -1);
}
void names(const sockaddr *a, char *b) {
  int flags;
  flags = NI_NUMERICHOST | NI_NUMERICSERV;
  getnameinfo(a, 16, b, 9, nullptr, 0, flags);
  getnameinfo(a, 16, b, 9, nullptr, 0, 0);
}
void sleeps() {
  std::this_thread::sleep_for(std::chrono::seconds(2));
  usleep(3);
}
// A name alone decides nothing.
void own(int fd) { mine::read(fd, nullptr, 0); }

// CHECK: func {{.*}} "names"
// CHECK: call c:@F@getnameinfo
// CHECK: block c:@F@getnameinfo {{.*}} as "network"
// CHECK: func {{.*}} "own"
// CHECK: call {{.*}} as "mine::read"
// CHECK: func c:@F@sleeps#
// CHECK: block {{.*}} (2000000000) as "sleep"
// CHECK: block c:@F@usleep (3) as "sleep"
// CHECK: func {{.*}} "sockets"
// CHECK: call c:@F@recv
// CHECK: block c:@F@recv {{.*}} as "network"
// CHECK: call c:@F@send
// CHECK: call c:@F@poll
// CHECK: block c:@F@poll {{.*}} as "network"
