// Loops in goroutines that poll and give nobody a turn.
// flags: -isystem %runtime
#include <atomic>
#include <mutex>
#include <runnel/runnel.h>
#include <sched.h>
#include <stop_token>
#include <thread>

std::atomic<bool> ready = false;
std::atomic<int> left = 3;
std::atomic_flag busy;
runnel::channel<int> in;
runnel::mutex mu;

void empty_body() {
  while (!ready.load()) // expect: fiber-busy-loop "the loop that polls 'ready' never gives its thread to another goroutine"
    ;
}
void braces() {
  while (left > 0) { // expect: fiber-busy-loop "'left'"
  }
}
void do_while() {
  do {
  } while (!ready.load(std::memory_order_acquire)); // expect: fiber-busy-loop
}
void thread_yield() {
  while (!ready) // expect: fiber-busy-loop
    std::this_thread::yield(); // note: "this yields to other threads"
}
void posix_yield() {
  while (!ready) // expect: fiber-busy-loop
    sched_yield();
}
void relaxes() {
  while (!ready) // expect: fiber-busy-loop
    __builtin_ia32_pause();
}
void endless() {
  for (;;)
    if (ready.load()) // expect: fiber-busy-loop
      break;
}
int tries() {
  for (;;)
    if (auto v = in.try_recv()) // expect: fiber-busy-loop "'in'"
      return *v;
}
void use(int v);
void consumes() {
  while (true) {
    auto v = in.try_recv(); // expect: fiber-busy-loop
    if (v)
      use(*v);
  }
}
void locks() {
  while (!mu.try_lock()) // expect: fiber-busy-loop
    ;
  mu.unlock();
}
void stops(std::stop_token stop) {
  while (!stop.stop_requested()) // expect: fiber-busy-loop
    ;
}
void two() {
  while (!ready && left != 0) // expect: fiber-busy-loop
    ;
}

void asks_a_handle(runnel::join_handle<int>& h) {
  while (!h.done()) { // expect: fiber-busy-loop "'h'"
  }
}
void asks_a_context(runnel::context ctx) {
  while (!ctx.err()) // expect: fiber-busy-loop "'ctx'"
    ;
}
void asks_a_channel() {
  while (in.size() == 0) // expect: fiber-busy-loop "'in'"
    ;
}
std::atomic<bool> held;
void spins() {
  while (busy.test_and_set(std::memory_order_acquire)) // expect: fiber-busy-loop "'busy'"
    ;
  while (held.exchange(true)) { // expect: fiber-busy-loop "'held'"
  }
  bool no = false;
  while (!held.compare_exchange_weak(no, true)) // expect: fiber-busy-loop "'held'"
    no = false;
}

int main() {
  auto h = runnel::spawn([] { return 1; });
  runnel::go([&] {
    asks_a_handle(h), asks_a_context(runnel::context::background()), asks_a_channel(), spins();
  });
  runnel::go(empty_body); // note: "a goroutine that runs 'empty_body' starts here"
  runnel::group g;
  g.go([] { braces(), do_while(), thread_yield(), posix_yield(), relaxes(); });
  g.go([] { endless(), tries(), consumes(), locks(), stops({}), two(); });
}
