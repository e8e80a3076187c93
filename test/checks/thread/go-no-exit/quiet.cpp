// Goroutines that end.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>
void work(int);
int make();

void ranges(runnel::channel<int> in) {
  runnel::go([=] {
    for (int v : in) // trap: ends when the channel is closed
      work(v);
  });
}

void looks(runnel::channel<int> in) {
  runnel::go([=] {
    while (auto v = in.recv()) // trap: the same
      work(*v);
  });
}

void returns(runnel::channel<int> in) {
  runnel::go([=] {
    for (;;) { // trap: returns when it is closed
      auto v = in.recv();
      if (!v)
        return;
      work(*v);
    }
  });
}

void breaks(runnel::channel<int> in) {
  runnel::go([=] {
    while (true) { // trap: breaks
      auto v = in.recv();
      if (!v)
        break;
      work(*v);
    }
  });
}

void selects(runnel::channel<int> in, runnel::context ctx) {
  runnel::go([=] {
    for (;;) { // trap: ends with the context
      auto next = runnel::on_recv(in);
      auto done = runnel::on_recv(ctx.done());
      if (runnel::select(next, done) == done)
        return;
      work(*next);
    }
  });
}

void while_alive(runnel::channel<int> out, runnel::context ctx) {
  runnel::go([=] {
    while (!ctx.err()) // trap: looks at the context
      out.send(make());
  });
}

void counts(int n) {
  runnel::go([=] {
    for (int i = 0; i < n; ++i) // trap: counts
      work(i);
  });
}

void throws(runnel::channel<int> in) {
  runnel::go([=] {
    for (;;) { // trap: ends by an exception
      auto v = in.recv();
      if (!v)
        throw std::runtime_error("closed");
      work(*v);
    }
  });
}

void exits(runnel::channel<int> in) {
  runnel::go([=] {
    for (;;) { // trap: ends the program
      auto v = in.recv();
      if (!v)
        std::exit(0);
      work(*v);
    }
  });
}

void on_a_thread(runnel::channel<int> in) {
  std::thread t([=] {
    for (;;) // trap: no goroutine
      work(*in.recv());
  });
  t.detach();
}

void count(const runnel::sender<int> &out) {
  for (int i = 2;; ++i) // trap: the send throws when the last receiver is gone
    out.send(i);
}
int first_of_many() {
  auto [out, in] = runnel::make_channel<int>();
  runnel::go(count, std::move(out));
  return *in.recv();
}

class Reloader {
public:
  Reloader()
      : thread_([](std::stop_token stop) {
          while (!stop.stop_requested()) // trap: told to stop
            work(1);
        }),
        other_([this] {
          for (;;) {
            if (stopped_) // trap: told by a member
              return;
            work(2);
          }
        }) {}

private:
  std::atomic<bool> stopped_ = false;
  std::jthread thread_, other_;
};
void serves() {
  std::jthread server([] {
    for (;;) // trap: the program's own server, as long as it runs
      work(3);
  });
}
