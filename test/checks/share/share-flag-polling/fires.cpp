// Flags that are looked at now and then.
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <unistd.h>
using namespace std::chrono_literals;
void work();

class Worker {
public:
  Worker()
      : thread_([this] {
          while (!stop_) { // expect: share-flag-polling "'stop_' is polled, with a sleep of 100 ms between two looks"
            work();
            std::this_thread::sleep_for(100ms); // note: "it sleeps here"
          }
        }) {}
  ~Worker() {
    stop_ = true; // note: "it is set here"
    thread_.join();
  }

private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::atomic<bool> ready{false};
void spins() {
  while (!ready.load(std::memory_order_acquire)) // expect: share-flag-polling "in a loop that spins"
    ;
}
void sets_ready() { ready.store(true, std::memory_order_release); }

static bool plain_stop = false;
void leaves_by_break() {
  for (;;) {
    if (plain_stop) // expect: share-flag-polling "'plain_stop' is polled, with a sleep of 10 ms"
      break;
    std::this_thread::sleep_for(10ms);
  }
}
void stops() { plain_stop = true; }

std::atomic<bool> yields_until{false};
void yields() {
  while (!yields_until) // expect: share-flag-polling "'yields_until'"
    std::this_thread::yield(); // note: "it yields here"
}
void sets_it() { yields_until = true; }

class Locked {
  std::mutex mu_;
  bool done_ = false;

public:
  void finish() {
    std::lock_guard<std::mutex> hold(mu_);
    done_ = true;
  }
  void wait() {
    for (;;) {
      {
        std::lock_guard<std::mutex> hold(mu_);
        if (done_) // expect: share-flag-polling "'done_'"
          return;
      }
      usleep(1000);
    }
  }
};

void locals() {
  std::atomic<bool> up{false};
  std::jthread server([&] {
    up = true;
    work();
  });
  while (!up) // expect: share-flag-polling "'up' is polled, with a sleep of 1 ms"
    std::this_thread::sleep_for(1ms);
}

class Runs {
  std::atomic<bool> running_{true};
  static void nap() { std::this_thread::sleep_for(50ms); }

public:
  void stop() { running_.store(false); }
  void run() {
    while (running_.load()) { // expect: share-flag-polling "'running_'"
      work();
      nap();
    }
  }
};

void polls_parameter(std::atomic<bool> &stop) {
  while (!stop) // expect: share-flag-polling "'stop'"
    std::this_thread::sleep_for(5ms);
}
void passes_it() {
  std::atomic<bool> stop{false};
  std::thread t(polls_parameter, std::ref(stop));
  stop = true;
  t.join();
}
