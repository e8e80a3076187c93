// Selects whose cases were meant to have an order.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
void handle(int);

void twice(runnel::channel<int> urgent, runnel::channel<int> in) {
  runnel::select(on_recv(urgent, [](std::optional<int>) {}), on_recv(in, [](std::optional<int>) {}),
                 on_recv(urgent, [](std::optional<int>) {})); // expect: select-order-assumption "receive from the same channel"
}

void sends_twice(runnel::channel<int> out) {
  auto first = on_send(out, 1);
  auto second = on_send(out, 2);
  runnel::select(first, second); // expect: select-order-assumption "send on the same channel"
}

void stop_overtakes() {
  runnel::channel<int> jobs(8);
  runnel::channel<void> stop;
  runnel::wait_group wg;
  wg.go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto quit = on_recv(stop);
      if (runnel::select(job, quit) == quit) // expect: select-order-assumption "may take 'stop' while values still lie in 'jobs'"
        return;
      handle(*job);
    }
  });
  jobs.send(1); // note: "into its buffer"
  stop.close(); // note: "does not make it later"
  wg.wait();
}

class Logger {
public:
  void run() {
    for (;;) {
      auto line = on_recv(lines_);
      auto quit = on_recv(quit_);
      if (runnel::select(line, quit) == quit) // expect: select-order-assumption "'quit_'"
        return;
      handle(*line);
    }
  }
  void finish() {
    lines_.send(0); // the last line
    quit_.send(true);
  }

private:
  runnel::channel<int> lines_{16};
  runnel::channel<bool> quit_;
};

void log() {
  Logger l;
  runnel::go([&] { l.run(); });
  l.finish();
}
