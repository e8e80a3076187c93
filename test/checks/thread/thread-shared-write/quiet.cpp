// Variables that are kept apart, or only look shared.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
int count(int);
std::string fetch(int);

int sumAtomic(int n) {
  std::atomic<int> total{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&total, i] { total += count(i); }); // trap: atomic
  for (auto &each : threads)
    each.join();
  return total;
}

int sumLocked(int n) {
  int total = 0;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      int mine = count(i);
      std::lock_guard hold(mutex);
      total += mine; // trap: locked
    });
  for (auto &each : threads)
    each.join();
  return total;
}

std::vector<std::string> elements(int n) {
  std::vector<std::string> all(n);
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&all, i] { all[i] = fetch(i); }); // trap: an element each
  for (auto &each : threads)
    each.join();
  return all;
}

int oneAfterTheOther(int n) {
  int total = 0;
  for (int i = 0; i < n; ++i) {
    std::thread one([&total, i] { total += count(i); }); // trap: joined in the loop
    one.join();
  }
  return total;
}

int ownOfEachTurn(int n) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) {
    auto mine = std::make_shared<int>(0);
    threads.emplace_back([mine, i] { *mine = count(i); }); // trap: each has its own
  }
  for (auto &each : threads)
    each.join();
  return n;
}

int onlyOneWrites(int n) {
  int first = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&first, i] {
      int mine = count(i);
      if (i == 0)
        first = mine; // trap: the argument tells them apart
    });
  for (auto &each : threads)
    each.join();
  return first;
}

void joinAll(std::vector<std::thread> &all) {
  for (auto &each : all)
    each.join();
}
int joinedByHelper() {
  int answer = 0;
  std::vector<std::thread> threads;
  threads.emplace_back([&answer] { answer = count(6); });
  joinAll(threads);
  return answer; // trap: joined in there
}

int joinedBefore() {
  int answer = 0;
  std::thread worker([&answer] { answer = count(6); });
  worker.join();
  return answer; // trap: after the join
}

int byFuture() {
  int answer = 0;
  auto done = std::async(std::launch::async, [&answer] { answer = count(6); });
  done.wait();
  return answer; // trap: after the wait
}

int jthreadInBlock() {
  int answer = 0;
  {
    std::jthread worker([&answer] { answer = count(6); });
  }
  return answer; // trap: joined at the end of the block
}

// Each waits for the other by what they agreed on.
class HandOver {
public:
  HandOver() : maker_([this] { make(); }), taker_([this] { take(); }) {}
  ~HandOver() {
    maker_.join();
    taker_.join();
  }

private:
  void make() {
    value_ = count(1); // trap: published by the flag
    ready_.store(true);
  }
  void take() {
    while (!ready_.load())
      std::this_thread::yield();
    use(value_);
  }
  void use(int);
  int value_ = 0;
  std::atomic<bool> ready_{false};
  std::thread maker_, taker_;
};

class OwnData {
public:
  OwnData() : left_([this] { lefts(); }), right_([this] { rights(); }) {}
  ~OwnData() {
    left_.join();
    right_.join();
  }

private:
  void lefts() { ++l_; }
  void rights() { ++r_; } // trap: another member
  int l_ = 0, r_ = 0;
  std::thread left_, right_;
};

int inGoroutine() {
  int answer = 0;
  runnel::run([&] { answer = count(6); });
  return answer; // trap: run() returns when it is over
}

int overChannel() {
  int answer = 0;
  runnel::channel<int> over;
  runnel::go([&, over] {
    answer = count(6);
    over.send(1);
  });
  over.recv();
  return answer; // trap: received first
}

thread_local int mine;
void threadLocal() {
  std::thread a([] { ++mine; }); // trap: each thread's own
  std::thread b([] { ++mine; });
  a.join();
  b.join();
}

int phases(int n) {
  int total = 0;
  std::thread a([&total] { total += count(1); });
  a.join();
  std::thread b([&total] { total += count(2); }); // trap: the first is over
  b.join();
  return total + n;
}

class Runner {
public:
  Runner() {
    limit_ = 100; // trap: before the start
    thread_ = std::thread([this] { run(); });
    name_ = "runner"; // trap: the thread does not use it
  }
  ~Runner() { thread_.join(); }

private:
  void run() {
    for (int i = 0; i < limit_; ++i)
      step(i);
  }
  void step(int);
  int limit_ = 0;
  std::string name_;
  std::thread thread_;
};

// Told under a lock, looked at under it.
class Gentle {
public:
  Gentle() {
    thread_ = std::thread([this] { run(); });
    std::lock_guard hold(mutex_);
    limit_ = 100; // trap: locked
  }
  ~Gentle() { thread_.join(); }

private:
  void run() {
    std::lock_guard hold(mutex_);
    step(limit_);
  }
  void step(int);
  std::mutex mutex_;
  int limit_ = 0;
  std::thread thread_;
};
