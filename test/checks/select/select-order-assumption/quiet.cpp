// Selects that need no order.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
void handle(int);

void different(runnel::channel<int> a, runnel::channel<int> b) {
  runnel::select(on_recv(a, [](std::optional<int>) {}), on_recv(b, [](std::optional<int>) {})); // trap
}

void send_and_receive(runnel::channel<int> c) {
  runnel::select(on_recv(c, [](std::optional<int>) {}), on_send(c, 1)); // trap: two directions
}

void unbuffered() {
  runnel::channel<int> jobs;
  runnel::channel<void> stop;
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto quit = on_recv(stop);
      if (runnel::select(job, quit) == quit) // trap: what was sent has been received
        return;
    }
  });
  jobs.send(1);
  stop.close();
}

void drains() {
  runnel::channel<int> jobs(8);
  runnel::channel<void> stop;
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto quit = on_recv(stop);
      if (runnel::select(job, quit) == quit) { // trap: what is left is taken
        while (auto left = jobs.try_recv())
          handle(*left);
        return;
      }
    }
  });
  jobs.send(1);
  stop.close();
}

void waits_for_the_answer() {
  runnel::channel<int> jobs(8), done(8);
  runnel::channel<void> stop;
  runnel::go([=] {
    for (;;) {
      auto job = on_recv(jobs);
      auto quit = on_recv(stop);
      if (runnel::select(job, quit) == quit) // trap: nothing is left by then
        return;
      done.send(*job);
    }
  });
  jobs.send(1);
  done.recv();
  stop.close();
}

void urgent_first(runnel::channel<int> urgent, runnel::channel<int> rest) {
  if (auto v = urgent.try_recv()) // trap: asked first, by itself
    return handle(*v);
  runnel::select(on_recv(urgent, [](std::optional<int>) {}), on_recv(rest, [](std::optional<int>) {}));
}
