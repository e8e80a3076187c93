// Sends on channels that are open, as far as can be told.
// flags: -isystem %runtime
#include <runnel/runnel.h>
bool failed();

void before(runnel::channel<int> out) {
  out.send(1); // trap
  out.close();
}

void tries(runnel::channel<int> out) {
  out.close();
  int v = 1;
  (void)out.try_send(v); // trap: says that it is closed
}

void leaves(runnel::channel<int> out) {
  if (failed()) {
    out.close();
    return;
  }
  out.send(1); // trap
}

void conditions(runnel::channel<int> out, bool last) {
  if (last)
    out.close();
  if (!last)
    out.send(1); // trap: not both
}

void anew(runnel::channel<int> out) {
  out.close();
  out = runnel::channel<int>(1);
  out.send(1); // trap: another channel
}

namespace through_methods {
struct Pool {
  runnel::channel<int> tasks{4};
  void stop() { tasks.close(); }
  void submit(int t) { tasks.send(t); }
};
void use() {
  Pool p;
  p.submit(1); // trap: before it is closed
  p.stop();
}
} // namespace through_methods

namespace another_goroutine {
void waits() {
  runnel::channel<int> c(4);
  runnel::wait_group wg;
  wg.go([=] { c.send(1); });
  wg.wait();
  c.close(); // trap: after the sender has ended
}

void flagged() {
  struct State {
    runnel::mutex mu;
    bool closed = false;
    runnel::channel<int> c{1};
  } s;
  runnel::wait_group wg;
  wg.go([&] {
    std::scoped_lock hold(s.mu);
    if (!s.closed)
      s.c.send(1); // trap: the flag says whether it may
  });
  {
    std::scoped_lock hold(s.mu);
    s.closed = true;
    s.c.close();
  }
  wg.wait();
}

void catches() {
  runnel::channel<int> c(1);
  runnel::go([=] {
    try {
      c.send(1); // trap: it knows
    } catch (const runnel::send_on_closed &) {
    }
  });
  c.close();
}
} // namespace another_goroutine
