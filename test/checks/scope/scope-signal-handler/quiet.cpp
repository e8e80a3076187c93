// Handlers that do not wait, and functions that handle no signals.
#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <unistd.h>
#include <vector>

static std::atomic<int> last{0};
static void onTerm(int number) {
  last.store(number); // trap: lock-free
}
static int pipeEnd;
static void onHup(int number) {
  char byte = static_cast<char>(number);
  (void)!write(pipeEnd, &byte, 1); // trap: allowed
}
static std::mutex mu;
static std::vector<int> seen;
static void onUsr(int number) {
  if (mu.try_lock()) { // trap: does not wait
    seen.push_back(number);
    mu.unlock();
  }
}
static void add(int number) {
  std::lock_guard<std::mutex> hold(mu); // trap: never a handler
  seen.push_back(number);
}
void install() {
  std::signal(SIGTERM, onTerm);
  std::signal(SIGHUP, onHup);
  std::signal(SIGUSR1, onUsr);
}

// trap: a signal of another kind
class Button {
public:
  void signal(int id, void (*f)(int)) { handlers_.push_back({id, f}); }

private:
  std::vector<std::pair<int, void (*)(int)>> handlers_;
};
void connect(Button &b) { b.signal(1, add); }
