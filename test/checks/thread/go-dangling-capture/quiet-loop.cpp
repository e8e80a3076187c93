// Loops whose variables goroutines may refer to.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
#include <thread>
#include <vector>

void handle(int);
void print(const std::string &);

void by_value() {
  runnel::wait_group wg;
  for (int i = 0; i < 8; ++i)
    wg.go([i] { handle(i); }); // trap: a copy
  wg.wait();
}

void elements(const std::vector<std::string> &all) {
  runnel::wait_group wg;
  for (const auto &each : all)
    wg.go([&each] { print(each); }); // trap: the element itself, which stays
  wg.wait();
}

void waited_for() {
  for (int i = 0; i < 8; ++i) {
    runnel::wait_group wg;
    wg.go([&i] { handle(i); }); // trap: over before the next round
    wg.wait();
  }
}

void joined() {
  for (int i = 0; i < 8; ++i) {
    std::thread t([&] { handle(i); }); // trap: likewise
    t.join();
  }
}

void by_its_end() {
  for (int i = 0; i < 8; ++i) {
    std::jthread t([&] { handle(i); }); // trap: the destructor joins
  }
}

void grouped() {
  for (int i = 0; i < 8; ++i) {
    runnel::group g;
    g.go([&] { handle(i); }); // trap: the destructor waits
  }
}

void outside(const std::vector<std::string> &all) {
  int sum = 0;
  runnel::mutex mu;
  runnel::wait_group wg;
  for (const auto &each : all)
    wg.go([&] { // trap: what is shared outlives the loop
      std::scoped_lock hold(mu);
      sum += static_cast<int>(each.size());
    });
  wg.wait();
  handle(sum);
}

void answered() {
  runnel::channel<int> answer;
  for (int i = 0; i < 8; ++i) {
    runnel::go([&] { answer.send(i); }); // trap: the answer is awaited in this round
    handle(*answer.recv());
  }
}

void left() {
  for (int i = 0; i < 8; ++i) {
    runnel::channel<int> done;
    runnel::go([&i, done] { done.send(i); }); // trap: there is no next round
    done.recv();
    return;
  }
}
