// Suspending where nothing may wait.
// flags: -isystem %runtime
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <runnel/runnel.h>

runnel::channel<int> signals;
runnel::mutex mu;
runnel::channel<int> config;
std::once_flag flag;
int cached = 0;

void on_interrupt(int number) {
  signals.send(number); // expect: fiber-suspend-in-handler "a send to 'signals' may suspend in a signal handler"
}
void on_hangup(int) {
  std::lock_guard hold(mu); // expect: fiber-suspend-in-handler "locking 'mu' may suspend in a signal handler"
  ++cached;
}
void tell(int n) { signals.send(n); }
void on_term(int n) {
  tell(n); // expect: fiber-suspend-in-handler "'tell' may suspend"
}
void on_action(int, siginfo_t*, void*) {
  runnel::yield(); // expect: fiber-suspend-in-handler "'runnel::yield' may suspend in a signal handler"
}
void at_the_end() {
  (void)signals.recv(); // expect: fiber-suspend-in-handler "may suspend in a function that runs at the exit of the program"
}

int port() {
  static int value = *config.recv(); // expect: fiber-suspend-in-handler "may suspend while 'value' is initialised"
  return value;
}
int load() { return *config.recv(); }
int host() {
  static const int value = load(); // expect: fiber-suspend-in-handler "'load' may suspend while 'value'"
  return value;
}
int lambda() {
  static int value = [] { return *config.recv(); }(); // expect: fiber-suspend-in-handler
  return value;
}
void once() {
  std::call_once(flag, [] { cached = load(); }); // expect: fiber-suspend-in-handler "in what 'flag' runs once"
}

int main() {
  std::signal(SIGINT, on_interrupt); // note: "it is given to"
  signal(SIGTERM, on_term);
  signal(SIGHUP, on_hangup);
  struct sigaction action {};
  action.sa_sigaction = on_action;
  sigaction(SIGUSR1, &action, nullptr);
  struct sigaction other {};
  other.sa_handler = [](int n) {
    signals.send(n); // expect: fiber-suspend-in-handler
  };
  sigaction(SIGUSR2, &other, nullptr);
  std::atexit(at_the_end);
  atexit([] {
    runnel::sleep_for(std::chrono::seconds(1)); // expect: fiber-suspend-in-handler
  });
  runnel::group g;
  g.go([] { port(), host(), lambda(), once(); });
}
