// Goroutines that rely on which thread they are in.
// flags: -isystem %runtime
#include <cfenv>
#include <map>
#include <pthread.h>
#include <runnel/runnel.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

std::map<std::thread::id, int> by_thread;
pthread_key_t key;

int& mine() {
  return by_thread[std::this_thread::get_id()]; // expect: fiber-thread-affinity "'std::this_thread::get_id' is about this thread"
}
void pins() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_setaffinity(0, sizeof set, &set); // expect: fiber-thread-affinity "'sched_setaffinity'"
}
void names() {
  pthread_setname_np(pthread_self(), "worker"); // expect: fiber-thread-affinity
}
void keys() {
  pthread_setspecific(key, nullptr); // expect: fiber-thread-affinity "'pthread_setspecific'"
  (void)pthread_getspecific(key);    // note: "and so is 'pthread_getspecific'"
}
void rounds() {
  std::fesetround(FE_UPWARD); // expect: fiber-thread-affinity
}
long which() {
  return gettid(); // expect: fiber-thread-affinity "'gettid'"
}
extern "C" int eglMakeCurrent(void*, void*, void*, void*);
void draws() {
  eglMakeCurrent(nullptr, nullptr, nullptr, nullptr); // expect: fiber-thread-affinity "'eglMakeCurrent'"
}

int main() {
  runnel::group g;
  g.go([] { mine() = 1, pins(), names(), keys(), rounds(), which(), draws(); });
}
