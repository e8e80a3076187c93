// Goroutines that nothing can end.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
#include <thread>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void with_handlers(runnel::channel<int> a, runnel::channel<int> b) {
  runnel::go([=] { // note: "it is started as a goroutine"
    for (;;)
      runnel::select(on_recv(a, [](std::optional<int>) {}), // expect: select-no-exit "nothing can end this goroutine"
                     on_recv(b, [](std::optional<int>) {}));
  });
}

void by_name(runnel::channel<int> a, runnel::channel<int> b) {
  runnel::go([=] {
    int n = 0;
    while (true) {
      auto first = on_recv(a);
      auto second = on_recv(b);
      if (runnel::select(first, second) == first) // expect: select-no-exit
        ++n;
      else
        --n;
    }
  });
}

static void serve(runnel::channel<int> jobs) {
  for (;;) {
    auto job = on_recv(jobs);
    auto idle = on_timeout(1s);
    if (runnel::select(job, idle) == idle) // expect: select-no-exit
      continue;
  }
}

void in_a_function(runnel::channel<int> jobs) { runnel::go(serve, jobs); }

void done_is_no_exit(runnel::context ctx, runnel::channel<int> jobs) {
  runnel::go([=] {
    int n = 0;
    for (;;) {
      auto job = on_recv(jobs);
      auto done = on_recv(ctx.done());
      // note@+1: "the loop spins"
      if (runnel::select(job, done) == job) // expect: select-no-exit "not even the one for a context"
        ++n;
    }
  });
}

class Server {
public:
  void start() {
    runnel::go([this] { run(); });
  }

private:
  void run() {
    for (;;) {
      auto job = on_recv(jobs_);
      auto tick = on_timeout(1s);
      runnel::select(job, tick); // expect: select-no-exit
    }
  }
  runnel::channel<int> jobs_;
};
