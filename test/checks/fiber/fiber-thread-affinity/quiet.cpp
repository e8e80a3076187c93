// What is done to a thread by whoever has it.
// flags: -isystem %runtime
#include <pthread.h>
#include <runnel/runnel.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

extern "C" int eglMakeCurrent(void*, void*, void*, void*);
runnel::channel<int> frames;

// trap: the main thread
void pins() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_setaffinity(0, sizeof set, &set);
}
// trap: a thread of its own, which takes its work from a channel
void renderer() {
  eglMakeCurrent(nullptr, nullptr, nullptr, nullptr);
  for (int f : frames)
    (void)f;
}
// trap: all of it in one call that keeps the thread
void in_one_call() {
  runnel::blocking([] {
    eglMakeCurrent(nullptr, nullptr, nullptr, nullptr);
    (void)gettid();
  });
}
// trap: the goroutine's own name and number
void goroutine() {
  runnel::this_goroutine::set_name("worker");
  (void)runnel::this_goroutine::id();
}
// trap: about the process
void process() { (void)getpid(); }
// trap: about another thread
void other(std::thread& t) { (void)t.get_id(); }

int main() {
  pins();
  std::thread t(renderer);
  runnel::group g;
  g.go([&] { in_one_call(), goroutine(), process(), other(t), frames.send(1); });
  g.wait();
  t.join();
}
