// Calls that block no goroutine's thread, or are meant to.
// flags: -isystem %runtime
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <future>
#include <mutex>
#include <poll.h>
#include <runnel/runnel.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
using namespace std::chrono_literals;

runnel::channel<int> c;
std::mutex mu;

// trap: suspends the goroutine alone
void sleeps() { runnel::sleep_for(1s); }

// trap: handed to the runtime, which gives the others another thread
int offloaded(int fd, char* buf) {
  ::ssize_t n = runnel::blocking([&] { return ::read(fd, buf, 10); });
  runnel::blocking([] { std::this_thread::sleep_for(1s); });
  return int(n);
}
void slow(int fd) { fsync(fd); }
// trap: so is what the call calls
void offloads_a_call(int fd) { runnel::blocking([=] { slow(fd); }); }
void slow_job() { ::sleep(1); }
// trap: and a function by name
void offloads_a_function() { runnel::blocking(slow_job); }

// trap: returns at once by its flags
void never_waits(int fd, char* buf) {
  recv(fd, buf, 10, MSG_DONTWAIT);
  pollfd p{fd, POLLIN, 0};
  poll(&p, 1, 0);
}
// trap: a file that is in memory
void in_memory(const std::string& text) {
  std::istringstream in(text);
  std::string line;
  while (std::getline(in, line))
    c.send(int(line.size()));
}
// trap: quick, as a rule: nothing to act upon
void quick() {
  std::printf("hello\n");
  if (FILE* f = std::fopen("a.txt", "w")) {
    std::fputs("text", f);
    std::fclose(f);
  }
  unlink("a.txt");
}
// trap: says what happens, and is little used
void log_error(int fd) {
  char buf[4];
  if (read(fd, buf, 4) == 4)
    std::fwrite(buf, 1, 4, stderr);
}
// trap: a thread of its own, started by a goroutine
void in_a_thread() {
  std::thread([] { ::sleep(1); }).detach();
  std::jthread worker([] { std::this_thread::sleep_for(1s); });
}
// trap: runs in no goroutine
void plain() { ::sleep(1); }
// trap: asks, and does not wait
bool asks(std::future<int>& f) { return f.valid(); }

// trap: waits as a goroutine
void waits(runnel::wait_group& all, runnel::semaphore& s, runnel::latch& l) {
  all.wait();
  s.acquire();
  l.wait();
  auto h = runnel::spawn([] { return 1; });
  h.join();
  runnel::condition_variable cv;
  std::unique_lock hold(mu);
  cv.wait_for(hold, 1ms);
}
// trap: a lock that is held for long by nobody
void locks() { std::lock_guard hold(mu); }

RUNNEL_BLOCKING RUNNEL_SUSPENDS int fetch(const char* url); // a library's, made for goroutines
RUNNEL_BLOCKING int next() { return *c.recv(); }
// trap: what the annotations mean is that the caller waits, as a goroutine
void annotated() {
  fetch("x");
  next();
}
// trap: a destructor that joins says so nowhere
void implicit_join() {
  std::jthread t([] {});
}
// trap: only named, and called by nobody
auto returned() {
  return [] { ::sleep(1); };
}

int main(int, char** argv) {
  plain();
  runnel::wait_group all;
  runnel::semaphore s(1);
  runnel::latch l(1);
  runnel::group g;
  g.go([&] {
    sleeps(), offloaded(0, argv[0]), offloads_a_call(1), offloads_a_function();
    never_waits(0, argv[0]), in_memory("a"), quick(), log_error(0);
    in_a_thread(), waits(all, s, l), locks(), annotated(), implicit_join();
    std::promise<int> p;
    auto f = p.get_future();
    asks(f);
    (void)returned();
  });
  g.wait();
}
