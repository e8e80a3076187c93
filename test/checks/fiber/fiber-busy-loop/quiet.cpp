// Loops that wait for nobody, or let others run.
// flags: -isystem %runtime
#include <atomic>
#include <chrono>
#include <mutex>
#include <runnel/runnel.h>
#include <thread>
#include <vector>
using namespace std::chrono_literals;

std::atomic<bool> ready = false;
std::atomic<int> top = 0, sum = 0;
runnel::channel<int> in;
std::vector<std::atomic<int>> cells(4);

// trap: yields in every round
void yields() {
  while (!ready)
    runnel::yield();
}
// trap: sleeps in every round
void sleeps() {
  while (!ready)
    runnel::sleep_for(1ms);
}
// trap: a while, then it lets others run
void spins_then_yields() {
  for (int spins = 0; !ready;)
    if (++spins > 100)
      runnel::yield();
}
// trap: waits on a channel
void receives() {
  while (!ready)
    (void)in.recv();
}
// trap: goes on with every round
int pushes(int v) {
  int old = top.load();
  while (!top.compare_exchange_weak(old, v)) {
  }
  return old;
}
// trap: so often and no more
bool looks_again() {
  for (int i = 0; i < 100; ++i)
    if (ready.load())
      return true;
  return false;
}
// trap: once for each
int adds() {
  int all = 0;
  for (auto& c : cells)
    all += c.load();
  return all;
}
int work(int v);
// trap: does something until it is told to stop
void works() {
  int v = 0;
  while (!ready)
    v = work(v);
}
// trap: counts what it finds
void drains() {
  while (auto v = in.try_recv())
    sum += *v;
}
// trap: fills and empties a channel, and waits for nobody
void fills_and_empties(runnel::channel<void> permits) {
  while (permits.try_send() == runnel::send_status::sent) {}
  while (permits.try_recv()) {}
}
// trap: the values are all it wants: it ends with the channel
void takes() {
  for (int v : in)
    sum += v;
}
// trap: asks once
void asks() {
  if (!ready.load())
    return;
  sum = 0;
}
// trap: a thread has its processor to itself
void in_a_thread() {
  while (!ready)
    std::this_thread::yield();
}
// trap: may block, meanwhile others run
void offloads() {
  runnel::blocking([] {
    while (!ready)
      std::this_thread::yield();
  });
}
// trap: blocks the thread, which another check speaks of
void thread_sleep() {
  while (!ready)
    std::this_thread::sleep_for(1ms);
}
// trap: what is called may let others run
void pump();
void calls() {
  while (!ready)
    pump();
}
// trap: a select that waits
void selects() {
  while (!ready)
    runnel::select(runnel::on_recv(in), runnel::on_timeout(1ms));
}
// trap: ends when the lock is had, or gives its turn away
void backs_off(runnel::mutex& mu) {
  while (!mu.try_lock())
    runnel::yield();
  mu.unlock();
}

// trap: asked between pieces of work
void until_done(runnel::join_handle<int>& h, runnel::context ctx) {
  int v = 0;
  while (!h.done() && !ctx.err())
    v = work(v);
}
// trap: yields between the questions
void asks_politely(runnel::join_handle<int>& h) {
  while (!h.done())
    runnel::yield();
}
// trap: a spin lock, whose holder is about to let it go
class SpinLock {
  std::atomic_flag taken_;

public:
  void lock() {
    while (taken_.test_and_set(std::memory_order_acquire))
      ;
  }
  void unlock() { taken_.clear(std::memory_order_release); }
};
SpinLock spin;
void briefly() {
  std::lock_guard hold(spin);
  sum = 1;
}
// trap: set once
bool first() {
  static std::atomic_flag begun;
  if (begun.test_and_set())
    return false;
  return true;
}

int main() {
  auto h = runnel::spawn([] { return 1; });
  runnel::go([&] {
    until_done(h, runnel::context::background()), asks_politely(h), briefly(), first();
  });
  std::thread t(in_a_thread);
  runnel::mutex mu;
  runnel::group g;
  g.go([&] {
    yields(), sleeps(), spins_then_yields(), receives(), pushes(1), looks_again();
    adds(), works(), drains(), takes(), asks(), offloads(), thread_sleep(), calls();
    selects(), backs_off(mu), fills_and_empties(runnel::channel<void>(2));
  });
  g.wait();
  t.join();
}
