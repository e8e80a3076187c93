// A thread's memory that is let go of before the goroutine waits.
// flags: -isystem %runtime
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <runnel/runnel.h>
#include <string>
#include <thread>
#include <unistd.h>

runnel::channel<int> c;
thread_local std::string buffer;
struct Arena {
  int used = 0;
};
Arena& arena() {
  thread_local Arena mine;
  return mine;
}
Arena& the_arena() {
  static Arena all;
  return all;
}

// trap: copied at once
bool saved_errno(int fd) {
  ::ssize_t n = ::write(fd, "x", 1);
  int error = errno;
  c.send(int(n));
  return n < 0 && error == EAGAIN;
}
// trap: looked at before
void early_errno(int fd) {
  if (::write(fd, "x", 1) < 0 && errno != EINTR)
    return;
  c.send(1);
}
// trap: another call failed, after the wait
bool later_call(int fd) {
  c.send(1);
  return ::write(fd, "x", 1) < 0 && errno == EAGAIN;
}
// trap: the call that may block keeps its thread
bool offloaded(int fd, char* buf) {
  ::ssize_t n = runnel::blocking([&] { return ::read(fd, buf, 1); });
  return n < 0 && errno == EINTR;
}
// trap: each round looks right behind its call
void rounds(int fd) {
  for (;;) {
    ::ssize_t n = ::write(fd, "x", 1);
    if (n < 0 && errno == EINTR)
      continue;
    c.send(int(n));
  }
}
// trap: a copy
void copies(std::time_t t) {
  std::string text = std::strerror(errno);
  std::tm now = *std::localtime(&t);
  c.send(1);
  std::printf("%s %d", text.c_str(), now.tm_hour);
}
// trap: used up before
void used_before(std::time_t t) {
  std::tm* now = std::localtime(&t);
  std::printf("%d", now->tm_hour);
  c.send(1);
}
// trap: asked again
void asked_again(std::time_t t) {
  std::tm* now = std::localtime(&t);
  std::printf("%d", now->tm_hour);
  c.send(1);
  now = std::localtime(&t);
  std::printf("%d", now->tm_hour);
}
// trap: the caller's own memory
void own_buffer(std::time_t t) {
  std::tm now;
  std::tm* filled = localtime_r(&t, &now);
  c.send(1);
  std::printf("%d", filled->tm_hour);
}
// trap: stays as it is while nobody changes the environment
void environment() {
  const char* home = std::getenv("HOME");
  c.send(1);
  std::puts(home);
}
// trap: taken again
void taken_again() {
  {
    std::string& mine = buffer;
    mine.clear();
  }
  c.send(1);
  std::string& mine = buffer;
  mine.clear();
}
// trap: one for all threads
void for_all() {
  Arena& all = the_arena();
  c.send(1);
  ++all.used;
}
// trap: asked for each time
void each_time() {
  ++arena().used;
  c.send(1);
  ++arena().used;
}
// trap: a thread stays itself
void in_a_thread() {
  std::string& mine = buffer;
  c.send(1);
  mine.clear();
}
// trap: nothing waits
void no_suspension() {
  const char* text = std::strerror(2);
  (void)c.try_recv();
  std::puts(text);
}

// trap: the array is the program's, not a thread's
int* totals() {
  static int all[16];
  return all;
}
void shared_array() {
  int* all = totals();
  all[0] = 1;
  c.send(1);
  all[1] = 2;
}

int main() {
  runnel::go(shared_array);
  std::thread t(in_a_thread);
  runnel::group g;
  g.go([] {
    char b;
    saved_errno(1), early_errno(1), later_call(1), offloaded(0, &b), rounds(1);
    copies(0), used_before(0), asked_again(0), own_buffer(0), environment();
    taken_again(), for_all(), each_time(), no_suspension();
  });
  g.wait();
  t.join();
}
