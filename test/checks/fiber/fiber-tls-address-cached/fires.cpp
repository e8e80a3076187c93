// Ways to a thread's memory that are kept across a suspension.
// flags: -isystem %runtime
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <netdb.h>
#include <runnel/runnel.h>
#include <string>
#include <unistd.h>

runnel::channel<int> c;
thread_local std::string buffer;
thread_local int slots[4];
struct Arena {
  int used = 0;
};
Arena& arena() {
  thread_local Arena mine;
  return mine;
}

bool late_errno(int fd) {
  ::ssize_t n = ::write(fd, "x", 1); // note: "it comes from here"
  c.send(int(n)); // note: "the goroutine may go on in another thread"
  return n < 0 && errno == EAGAIN; // expect: fiber-tls-address-cached "'errno' is the thread's, and after a send to 'c'"
}
void error_text() {
  const char* text = std::strerror(errno);
  c.send(1);
  std::puts(text); // expect: fiber-tls-address-cached "'text' points into memory of 'strerror'"
}
void calendar(std::time_t t) {
  std::tm* now = std::localtime(&t);
  (void)c.recv();
  std::printf("%d", now->tm_hour); // expect: fiber-tls-address-cached "'now' points into memory of 'localtime'"
}
void address(in_addr a) {
  char* text = inet_ntoa(a);
  runnel::yield();
  std::puts(text); // expect: fiber-tls-address-cached "'inet_ntoa'"
}
void assigned(std::time_t t) {
  char* text = nullptr;
  text = std::ctime(&t);
  c.send(2);
  std::puts(text); // expect: fiber-tls-address-cached "'ctime'"
}
void host() {
  hostent* h = runnel::blocking([] { return gethostbyname("a"); });
  (void)h;
  hostent* direct = gethostbyname("b"); // NOLINT(runnel-fiber-blocking-call)
  c.send(3);
  std::puts(direct->h_name); // expect: fiber-tls-address-cached "'gethostbyname'"
}
void reference() {
  std::string& mine = buffer; // note: "taken here"
  mine.clear();
  c.send(4);
  mine += "x"; // expect: fiber-tls-address-cached "'mine' refers to 'buffer' of the thread that it was taken in"
}
void pointer() {
  int* slot = &slots[1];
  c.send(5);
  *slot = 2; // expect: fiber-tls-address-cached "'slot' refers to 'slots'"
}
void function() {
  Arena& mine = arena();
  runnel::sleep_for(std::chrono::seconds(1));
  ++mine.used; // expect: fiber-tls-address-cached "'mine'"
}
void pointer_to_errno() {
  int* e = &errno;
  c.send(6);
  *e = 0; // expect: fiber-tls-address-cached "'e' refers to 'errno'"
}
void loop(std::time_t t) {
  std::tm* now = std::gmtime(&t);
  for (int i = 0; i < 3; ++i) {
    std::printf("%d", now->tm_min); // expect: fiber-tls-address-cached "'now'"
    c.send(i);
  }
}

int* counters() {
  static thread_local int all[16];
  return all;
}
void array() {
  int* mine = counters();
  mine[0] = 1;
  c.send(7);
  mine[1] = 2; // expect: fiber-tls-address-cached "'mine' refers to 'all'"
}

int main() {
  runnel::go(array);
  runnel::group g;
  g.go([] { // note: "a goroutine that runs"
    late_errno(1), error_text(), calendar(0), address({}), assigned(0), host();
    reference(), pointer(), function(), pointer_to_errno(), loop(0);
  });
}
