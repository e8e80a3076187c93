// Groups that are added to too late.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <latch>
#include <thread>
#include <vector>
void work();

void late() {
  runnel::wait_group wg;
  runnel::go([&] {
    wg.add(1); // expect: wait-group-misuse "'wg'"
    work();
    wg.done();
  });
  wg.wait();
}

void late_in_a_loop() {
  runnel::wait_group all;
  for (int i = 0; i < 3; ++i)
    runnel::go([&] {
      all.add(1); // expect: wait-group-misuse "'all'"
      work();
      all.done();
    });
  all.wait();
}

bool ready();
void not_on_every_way() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    if (!ready())
      return;
    work();
    wg.done(); // expect: wait-group-misuse "not counted down on every way"
  });
  wg.wait();
}

void in_one_branch(int n) {
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i) {
    wg.add(1);
    runnel::go([&] {
      if (ready())
        wg.done(); // expect: wait-group-misuse "'wg'"
      else
        work();
    });
  }
  wg.wait();
}

void one_at_a_time(int n) {
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i) {
    wg.go([&] { work(); });
    wg.wait(); // expect: wait-group-misuse "they run one at a time"
  }
}

void one_at_a_time_by_hand(int n) {
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i) {
    wg.add(1);
    runnel::go([&] {
      work();
      wg.done();
    });
    wg.wait(); // expect: wait-group-misuse "'wg'"
  }
}

void latch_not_on_every_way() {
  std::latch loaded(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      if (!ready())
        return;
      work();
      loaded.count_down(); // expect: wait-group-misuse "'loaded' is not counted down on every way"
    }); // note@-1: "count 'loaded' down before each way out"
  loaded.wait();
  for (std::thread &each : threads)
    each.join();
}

class Controller {
public:
  void run(int workers) {
    for (int i = 0; i < workers; ++i)
      runnel::go([this] { worker(); }); // note: "the goroutine is started here"
    running_.wait(); // note: "may find the count still at zero"
  }
  void start() {
    runnel::go([this] {
      sweepers_.add(1); // expect: wait-group-misuse "'sweepers_'"
      work();
      sweepers_.done();
    });
  }
  void stop() { sweepers_.wait(); }

private:
  void worker() {
    running_.add(1); // expect: wait-group-misuse "'running_' is added to inside the goroutine it counts"
    work();
    running_.done();
  }
  runnel::wait_group running_, sweepers_;
};
