// Handlers that lock.
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <signal.h>
#include <vector>

static std::mutex mu;
static std::vector<int> seen;
static void onTerm(int number) {
  std::lock_guard<std::mutex> hold(mu); // expect: scope-signal-handler "'mu' is locked in 'onTerm', which handles signals"
  seen.push_back(number);
}
static pthread_mutex_t raw = PTHREAD_MUTEX_INITIALIZER;
static int count;
static void note() {
  pthread_mutex_lock(&raw); // note: "'note' locks it here"
  ++count;
  pthread_mutex_unlock(&raw);
}
static void onHup(int) {
  note(); // expect: scope-signal-handler "'raw' is locked in 'onHup'"
}
void install() {
  std::signal(SIGTERM, onTerm); // note: "it is made a handler of signals here"
  struct sigaction action = {};
  action.sa_handler = onHup;
  sigaction(SIGHUP, &action, nullptr);
}
