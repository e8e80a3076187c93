// thread_local variables that no goroutine relies on after it has waited.
// flags: -isystem %runtime
#include <mutex>
#include <random>
#include <runnel/runnel.h>
#include <string>
#include <thread>

runnel::channel<int> c;
runnel::mutex mu;

thread_local int current = 0;
thread_local int count = 0;
thread_local std::string scratch;
thread_local std::mt19937 engine;
int shared = 0;

// trap: done with before it waits
int before() {
  current = 7;
  int mine = current;
  c.send(1);
  return mine;
}
// trap: touched only afterwards
int after() {
  c.send(1);
  current = 3;
  return current;
}
// trap: filled anew each time
void buffer() {
  for (int v : c) {
    scratch.clear();
    scratch += std::to_string(v);
    c.send(int(scratch.size()));
  }
}
// trap: assigned anew each time
void assigned() {
  for (int v : c) {
    scratch = std::to_string(v);
    c.send(int(scratch.size()));
  }
}
// trap: counts what each thread has done, whichever that is
void counts() {
  ++count;
  c.send(1);
  ++count;
}
// trap: any thread's engine will do
void draws() {
  for (;;) {
    int v = int(engine());
    c.send(v);
  }
}
// trap: nothing waits in between
void no_suspension() {
  ++current;
  (void)c.try_recv();
  --current;
}
// trap: the one path waits, and the other uses
int other_path(bool wait) {
  current = 1;
  if (wait) {
    c.send(1);
    return 0;
  }
  return current;
}
class As {
  int before_;

public:
  explicit As(int user) : before_(current) { current = user; }
  ~As() { current = before_; }
};
// trap: its scope ends before
void scoped() {
  {
    As root(0);
    shared = current;
  }
  c.send(1);
}
// trap: a thread keeps what is its own
void in_a_thread() {
  current = 1;
  c.send(1);
  shared = current;
}
// trap: the same name, a variable for all threads
int global() {
  shared = 1;
  c.send(1);
  return shared;
}
// trap: a local of the goroutine
int local() {
  int current = 1;
  c.send(1);
  return current;
}
// trap: kept by one call that keeps the thread
int in_one_call() {
  return runnel::blocking([] {
    current = 1;
    return current;
  });
}
// trap: written again before it is read
int again() {
  current = 1;
  c.send(1);
  current = 2;
  return current;
}

int main() {
  std::thread t(in_a_thread);
  runnel::group g;
  g.go([] {
    before(), after(), buffer(), assigned(), counts(), draws(), no_suspension();
    other_path(true), scoped(), global(), local(), in_one_call(), again();
  });
  g.wait();
  t.join();
}
