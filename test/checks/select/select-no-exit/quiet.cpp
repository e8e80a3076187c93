// Goroutines that can end, and loops that are none.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <cstdlib>
#include <optional>
#include <stdexcept>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void returns(runnel::context ctx, runnel::channel<int> jobs) {
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto done = on_recv(ctx.done());
      if (runnel::select(job, done) == done) // trap: it returns
        return;
    }
  });
}

void closed(runnel::channel<int> jobs, runnel::channel<int> more) {
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto other = on_recv(more);
      if (runnel::select(job, other) == job && !job) // trap: it ends with the channel
        break;
    }
  });
}

void condition(runnel::channel<int> jobs, runnel::channel<void> stop) {
  runnel::go([=] {
    bool on = true;
    while (on)
      runnel::select(on_recv(jobs, [](std::optional<int>) {}), on_recv(stop, [&] { on = false; })); // trap
  });
}

void nobody_starts(runnel::channel<int> jobs) {
  for (;;)
    runnel::select(on_recv(jobs, [](std::optional<int>) {}), on_timeout(1s, [] {})); // trap: whose loop?
}

void throws(runnel::channel<int> jobs) {
  runnel::go([=] {
    try {
      for (;;) {
        auto job = on_recv(jobs);
        auto late = on_timeout(1s);
        if (runnel::select(job, late) == late) // trap
          throw std::runtime_error("late");
      }
    } catch (const std::runtime_error &) {
    }
  });
}

void exits(runnel::channel<int> jobs) {
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto late = on_timeout(1s);
      if (runnel::select(job, late) == late) // trap
        std::exit(1);
    }
  });
}

void counted(runnel::channel<int> jobs) {
  runnel::go([=] {
    for (int i = 0; i < 3; ++i)
      runnel::select(on_recv(jobs, [](std::optional<int>) {}), on_timeout(1s, [] {})); // trap
  });
}

void no_loop(runnel::channel<int> jobs) {
  runnel::go([=] { runnel::select(on_recv(jobs, [](std::optional<int>) {}), on_timeout(1s, [] {})); }); // trap
}

void handler_throws(runnel::channel<int> jobs) {
  runnel::go([=] {
    try {
      for (;;)
        runnel::select(on_recv(jobs, [](std::optional<int> v) {
                         if (!v)
                           throw std::runtime_error("closed"); // trap: that is the way out
                       }),
                       on_timeout(1s, [] {}));
    } catch (const std::runtime_error &) {
    }
  });
}
