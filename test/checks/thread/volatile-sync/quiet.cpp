// volatile for what it is for.
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
void work();

volatile std::sig_atomic_t interrupted = 0; // trap: for a signal handler
void until_interrupted() {
  std::thread t([] {
    while (!interrupted)
      work();
  });
  interrupted = 1;
  t.join();
}

volatile bool hung_up = false; // trap: a signal handler sets it
void on_hangup(int) { hung_up = true; }
void until_hung_up() {
  std::signal(SIGHUP, on_hangup);
  std::thread t([] {
    while (!hung_up)
      work();
  });
  t.join();
}

struct Registers {
  volatile unsigned control; // trap: a device's; no thread
  volatile unsigned status;
};
void start_device(Registers *r) {
  r->control = 1;
  while (!(r->status & 1))
    ;
}

void benchmark() {
  volatile int sink = 0; // trap: keeps the optimiser away
  for (int i = 0; i < 100; ++i)
    sink = i;
}

static std::mutex mutex;
static volatile int guarded = 0; // trap: superfluous, but under a lock
void locked() {
  std::thread t([] {
    std::lock_guard<std::mutex> hold(mutex);
    guarded = 1;
  });
  {
    std::lock_guard<std::mutex> hold(mutex);
    guarded = 2;
  }
  t.join();
}

volatile std::atomic<int> atomically{0}; // trap: atomic as well
void atomic() {
  std::thread t([] { atomically = 1; });
  atomically = 2;
  t.join();
}

volatile int only_there = 0; // trap: one thread's alone
void one_thread() {
  std::thread t([] { only_there = 1; });
  t.join();
}
