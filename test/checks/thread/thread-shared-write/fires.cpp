// Variables that several threads write.
// flags: -isystem %runtime
#include <pthread.h>
#include <runnel/runnel.h>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>
int count(int);
std::string fetch(int);

int sum(int n) {
  int total = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&total, i] { total += count(i); }); // expect: thread-shared-write "threads write 'total' at once, with nothing to keep them apart"
  for (auto &each : threads) // note@-1: "a thread is started here in each turn of the loop"
    each.join();
  return total;
}

std::vector<std::string> fetchAll(int n) {
  std::vector<std::string> all;
  std::vector<std::jthread> threads;
  for (int i = 0; i < n; ++i)
    threads.push_back(std::jthread([&, i] { all.push_back(fetch(i)); })); // expect: thread-shared-write "threads write 'all' at once"
  threads.clear();
  return all;
}

int sumInGoroutines(int n) {
  int total = 0;
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i)
    wg.go([&] { total += count(3); }); // expect: thread-shared-write "goroutines write 'total' at once"
  wg.wait();
  return total;
}

void counted(int n) {
  int done = 0;
  runnel::wait_group wg;
  wg.add(n);
  for (int i = 0; i < n; ++i)
    runnel::go([&] {
      count(1);
      ++done; // expect: thread-shared-write "goroutines write 'done' at once"
      wg.done();
    });
  wg.wait();
}

class Player {
public:
  Player() : decoder_([this] { decode(); }), mixer_([this] { mix(); }) {}
  ~Player() {
    decoder_.join();
    mixer_.join();
  }

private:
  void decode() {
    for (int i = 0; i < 100; ++i)
      position_ += 10; // expect: thread-shared-write "one of two threads writes 'position_' while the other reads it"
  }
  void mix() {
    while (position_ < 1000) // note: "it is read here, too"
      play(position_);
  }
  void play(long);
  long position_ = 0;
  std::thread decoder_, mixer_;
};

class Crew {
public:
  void start(int n) {
    for (int i = 0; i < n; ++i)
      crew_.emplace_back([this] { work(); });
  }
  void stop() {
    for (auto &each : crew_)
      each.join();
  }

private:
  void work() {
    for (int i = 0; i < 10; ++i)
      ++rounds_; // expect: thread-shared-write "threads write 'rounds_' at once"
  }
  int rounds_ = 0;
  std::vector<std::thread> crew_;
};

std::string tooEarly() {
  std::string answer;
  std::thread worker([&answer] { answer = fetch(6); }); // note: "and writes it here"
  std::string twice = answer + answer; // expect: thread-shared-write "'answer' is used while a thread that writes it may run"
  worker.join();
  return twice;
}

static int calls;
void both() {
  std::thread a([] { ++calls; }); // expect: thread-shared-write "one of two threads writes 'calls' while the other writes it"
  std::thread b([] { ++calls; });
  a.join();
  b.join();
}

static int hits;
static void *count(void *) {
  hits++; // note: "and writes it here"
  return nullptr;
}
int countBeside() {
  pthread_t other;
  pthread_create(&other, nullptr, count, nullptr);
  hits++; // expect: thread-shared-write "'hits' is used while a thread that writes it may run"
  pthread_join(other, nullptr);
  return hits;
}

// Told too late.
class Runner {
public:
  Runner() {
    thread_ = std::thread([this] { run(); });
    limit_ = 100; // expect: thread-shared-write "'limit_' is written while a thread that reads it may run"
  }
  ~Runner() { thread_.join(); }

private:
  void run() {
    for (int i = 0; i < limit_; ++i) // note: "and reads it here"
      step(i);
  }
  void step(int);
  int limit_ = 0;
  std::thread thread_;
};
