// Groups that are added to in time.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <latch>
#include <thread>
void work();

void before() {
  runnel::wait_group wg;
  wg.add(1); // trap: before it is started
  runnel::go([&] {
    work();
    wg.done();
  });
  wg.wait();
}

void by_go() {
  runnel::wait_group wg;
  for (int i = 0; i < 3; ++i)
    wg.go([&] { work(); }); // trap: go adds first
  wg.wait();
}

void nested() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    wg.add(1); // trap: counted itself, so the count is not zero
    runnel::go([&] { wg.done(); });
    wg.done();
  });
  wg.wait();
}

void nobody_waits(runnel::wait_group &wg) {
  runnel::go([&] {
    wg.add(1); // trap: the wait is elsewhere
    wg.done();
  });
}

bool ready();
void finish(runnel::wait_group &);
void on_every_way() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    if (!ready()) {
      wg.done(); // trap: both ways do
      return;
    }
    work();
    wg.done();
  });
  wg.wait();
}

void by_somebody_else() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    if (!ready()) {
      finish(wg); // trap: may count down
      return;
    }
    wg.done();
  });
  wg.wait();
}

struct Done {
  runnel::wait_group &wg;
  ~Done() { wg.done(); }
};
void by_destructor() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    Done done{wg}; // trap: whatever way it ends
    if (ready())
      work();
  });
  wg.wait();
}

void in_batches(int n) {
  for (int i = 0; i < n; ++i) {
    runnel::wait_group batch;
    for (int j = 0; j < 4; ++j)
      batch.go([&] { work(); });
    batch.wait(); // trap: several at a time
  }
}

void rounds(int n) {
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i) {
    wg.go([&] { work(); });
    wg.go([&] { work(); });
    wg.wait(); // trap: two at a time, in rounds
  }
}

void retries() {
  runnel::wait_group wg;
  for (int j = 0; j < 4; ++j)
    wg.go([&] { work(); });
  while (!ready())
    wg.wait(); // trap: started elsewhere
}

void latch_on_every_way() {
  std::latch loaded(1);
  std::thread one([&] {
    if (!ready()) {
      loaded.count_down(); // trap: here too
      return;
    }
    work();
    loaded.count_down();
  });
  loaded.wait();
  one.join();
}

void latch_of_others(std::latch &all) {
  std::thread one([&] {
    if (ready())
      all.count_down(); // trap: who waits, and for how many, is not seen
  });
  one.join();
}

class Controller {
public:
  void run(int workers) {
    for (int i = 0; i < workers; ++i) {
      running_.add(1); // trap: before it is started
      runnel::go([this] { worker(); });
    }
    running_.wait();
  }
  // trap: the listener adds for those it starts, and is counted itself
  void listen() {
    conns_.go([this] {
      for (int i = 0; i < 3; ++i) {
        conns_.add(1);
        runnel::go([this] { serve(); });
      }
    });
    conns_.wait();
  }

private:
  void worker() {
    work();
    running_.done();
  }
  void serve() {
    work();
    conns_.done();
  }
  runnel::wait_group running_, conns_;
};
