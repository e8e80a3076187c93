// Goroutines that nothing can end.
// flags: -isystem %runtime
#include <chrono>
#include <runnel/runnel.h>
#include <thread>
void work(int);
int make();

void receives(runnel::channel<int> in) {
  runnel::go([=] { // note: "the goroutine is started here"
    for (;;) {     // expect: go-no-exit "nothing can end this loop"
      auto v = in.recv(); // note: "does not look whether the channel is closed"
      work(*v);
    }
  });
}

void sends(runnel::channel<int> out) {
  runnel::go([=] {
    while (true)        // expect: go-no-exit
      out.send(make()); // note: "whether anybody receives or not"
  });
}

void ticks() {
  for (;;) { // expect: go-no-exit
    runnel::sleep_for(std::chrono::seconds(1));
    work(1);
  }
}
void starts_ticks() { runnel::go(ticks); }

void tries(runnel::channel<int> in) {
  for (;;) { // expect: go-no-exit
    if (auto v = in.try_recv())
      work(*v);
    runnel::yield();
  }
}
void starts_tries(runnel::channel<int> in) {
  runnel::go([=] { tries(in); });
}

void in_a_group(runnel::group &g, runnel::channel<int> in) {
  g.go([=] {
    do { // the loop's condition is where it is decided
      work(*in.recv());
    } while (true); // expect@-2: go-no-exit
  });
}

void breaks_of_the_inner_loop(runnel::channel<int> in) {
  runnel::go([=] {
    for (;;) { // expect: go-no-exit
      for (;;) {
        auto v = in.recv();
        if (!v)
          break;
        work(*v);
      }
    }
  });
}

class Reloader {
public:
  Reloader() : thread_([this](std::stop_token) {
    for (;;) // expect: go-no-exit "for which the destructor of 'thread_' waits"
      work(1);
  }) {}

private:
  std::jthread thread_;
};
