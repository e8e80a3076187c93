// Handlers and initialisers that wait for nothing.
// flags: -isystem %runtime
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <runnel/runnel.h>
#include <unistd.h>

runnel::channel<int> events, config;
volatile std::sig_atomic_t stop = 0;
std::atomic<int> count = 0;
std::once_flag flag;
runnel::once ours;
int cached = 0, wake[2];

// trap: sets a flag
void on_interrupt(int) { stop = 1; }
// trap: wakes a goroutine through a pipe
void on_term(int) {
  char one = 1;
  (void)::write(wake[1], &one, 1);
}
// trap: an atomic, and nothing that waits
void on_hangup(int) { count.fetch_add(1); }
// trap: closing and trying wait for nobody
void at_the_end() {
  int v = 0;
  (void)events.try_send(v);
  events.close();
}
// trap: the goroutine waits, not the handler
void started() {
  runnel::go([] { events.send(1); });
}

int load() { return *config.recv(); }
// trap: initialised by what is at hand
int port(int v) {
  static int value = v + 1;
  return value;
}
// trap: the wait comes before
int host() {
  int v = load();
  static int value = v;
  return value;
}
// trap: the wait comes after, and fills the static again each time
int again() {
  static int value = 0;
  value = load();
  return value;
}
// trap: no goroutine runs it: the thread may block
int in_main() {
  static int value = load();
  return value;
}
// trap: made for goroutines
void once() {
  ours.call([] { cached = load(); });
}
// trap: waits for nothing
void plain_once() {
  std::call_once(flag, [] { cached = 3; });
}
// trap: a function object that waits, but later
auto& handler() {
  static auto value = [] { return load(); };
  return value;
}
// trap: before main, on the thread that will run it
int before = in_main();

// trap: never given to anything
void unused(int) { events.send(2); }

int main() {
  std::signal(SIGINT, on_interrupt);
  signal(SIGTERM, on_term);
  signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = on_hangup;
  sigaction(SIGHUP, &action, nullptr);
  std::atexit(at_the_end);
  std::atexit(started);
  runnel::group g;
  g.go([] { port(1), host(), again(), once(), plain_once(), handler()(); });
}
