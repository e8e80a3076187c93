// Loops that end.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <memory>
int compute();
bool failed();
void keep(runnel::channel<int>);

void closed() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (int job : jobs) // trap: closed below
      (void)job;
  });
  jobs.send(1);
  jobs.close();
}

void closed_on_some_paths() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (int job : jobs) // trap: closed somewhere
      (void)job;
  });
  jobs.send(1);
  if (failed())
    return;
  jobs.close();
}

void broken_off() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(1); });
  for (int v : c)
    if (v == 1)
      break; // trap: it ends by itself
}

int returns() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(1); });
  for (int v : c)
    return v; // trap
  return 0;
}

static void drain(runnel::receiver<int> from) {
  for (int v : from) // trap: the last sender's end closes it
    (void)v;
}

void ends() {
  runnel::channel<int> c;
  runnel::go(drain, c);
  c.send(1);
}

void elsewhere() {
  runnel::channel<int> c;
  keep(c); // trap: others may close it
  runnel::go([=] {
    for (int v : c)
      (void)v;
  });
  c.send(1);
}

void counted() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(1); });
  for (int i = 0; i < 1; ++i)
    c.recv(); // trap: not until the end
}

class Pool {
public:
  void start() {
    runnel::go([this] {
      for (int t : tasks_) // trap: stop() closes
        (void)t;
    });
  }
  void submit(int t) { tasks_.send(t); }
  void stop() { tasks_.close(); }

private:
  runnel::channel<int> tasks_;
};

struct Open {
  runnel::channel<int> in;
  void run() {
    for (int v : in) // trap: whoever sends may close
      (void)v;
  }
  void put() { in.send(1); }
};
