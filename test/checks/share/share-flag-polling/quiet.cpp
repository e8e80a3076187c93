// Flags that are looked at between pieces of work, and by those who must.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <poll.h>
#include <thread>
using namespace std::chrono_literals;
void work();
bool more();

class Busy {
  std::atomic<bool> run_{true};

public:
  void loop() {
    while (run_) // trap: looks between two pieces of work, and never sleeps
      work();
  }
  void stop() { run_ = false; }
};

std::atomic<bool> interrupted{false};
void on_signal(int) { interrupted = true; }
void until_interrupted() {
  std::signal(SIGINT, on_signal);
  while (!interrupted) // trap: a signal handler can do no more than set a flag
    std::this_thread::sleep_for(1s);
}

volatile std::sig_atomic_t hung_up = 0;
void until_hung_up() {
  while (!hung_up) // trap: the same
    std::this_thread::sleep_for(1s);
}
void hang_up() { hung_up = 1; }

class SpinLock {
  std::atomic<bool> held_{false};

public:
  void lock() {
    while (held_.exchange(true)) // trap: a spin lock
      while (held_.load())
        std::this_thread::yield();
  }
  void unlock() { held_ = false; }
};

class Polls {
  std::atomic<bool> stop_{false};

public:
  void loop(pollfd *fds) {
    while (!stop_) // trap: it waits for the network, in time slices
      poll(fds, 1, 100);
  }
  void stop() { stop_ = true; }
};

class Waits {
  std::mutex mu_;
  std::condition_variable cv_;
  bool stop_ = false;

public:
  void loop() {
    std::unique_lock<std::mutex> hold(mu_);
    while (!stop_) // trap: it waits, and is woken
      cv_.wait(hold);
  }
  void stop() {
    std::lock_guard<std::mutex> hold(mu_);
    stop_ = true;
    cv_.notify_all();
  }
};

void retries() {
  bool ok = false;
  while (!ok) { // trap: its own variable
    ok = more();
    std::this_thread::sleep_for(10ms);
  }
}

void asks() {
  while (!more()) // trap: what it asks may be anything
    std::this_thread::sleep_for(10ms);
}

void counts(int n) {
  while (n > 0) { // trap: no flag
    --n;
    std::this_thread::sleep_for(10ms);
  }
}

class Sequence {
  std::atomic<unsigned> turn_{0};

public:
  void wait(unsigned mine) {
    while (turn_.load() != mine) // trap: a step of a lock-free algorithm
      std::this_thread::yield();
  }
  void next(unsigned mine) { turn_.store(mine + 1); }
};

template <class Visit> void for_each_of(int n, Visit visit) {
  for (int i = 0; i < n; ++i)
    visit(i);
}

void looks_after_all(int n) {
  auto pause = 10ms;
  for (;;) {
    std::this_thread::sleep_for(pause);
    bool helped = false;
    for_each_of(n, [&](int) {
      if (more())
        helped = true;
    });
    pause = helped ? 1ms : 10ms; // trap: a new variable in each turn
  }
}

// trap: the flag decides what is logged, not whether the loop goes on
namespace verbosity {
static bool verbose = false;
void be_verbose() { verbose = true; }
void note(const char *what);
int deliver(int to);
void deliver_all() {
  for (int loops = 0;; ++loops) {
    if (loops)
      std::this_thread::sleep_for(std::chrono::seconds(1));
    for (int to = 0; to < 9; ++to) {
      if (deliver(to) <= 0) {
        if (verbose)
          note(to < 5 ? "one of the first" : "one of the last");
        continue;
      }
      deliver(to + 1);
    }
  }
}
} // namespace verbosity
