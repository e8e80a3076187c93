// thread_local state that a goroutine relies on across a suspension.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>

runnel::channel<int> c;

thread_local int current = 0;
thread_local int depth = 0;
thread_local std::string scratch;
struct Session {
  int user = 0;
  static thread_local Session* active;
};
thread_local Session* Session::active = nullptr;

int reads_back() {
  current = 7; // note: "written here"
  c.send(1); // note: "the goroutine may go on in another thread"
  return current; // expect: fiber-thread-local "'current' is thread_local, and after a send to 'c' it may be another thread's"
}
void balances() {
  ++depth;
  (void)c.recv();
  --depth; // expect: fiber-thread-local "'depth'"
}
void sets_back(int user) {
  int before = current;
  current = user;
  runnel::yield();
  current = before; // expect: fiber-thread-local "'current' is thread_local, and after 'runnel::yield'"
}
void fills() {
  scratch = "a";
  scratch += "b";
  c.send(int(scratch.size()));
  scratch += "c"; // expect: fiber-thread-local "'scratch'"
}
void member() {
  Session s;
  Session::active = &s;
  c.send(2);
  Session::active = nullptr; // expect: fiber-thread-local "'active'"
}
int branches(bool wait) {
  current = 1;
  if (wait)
    runnel::sleep_for(std::chrono::seconds(1));
  return current; // expect: fiber-thread-local
}
int selects() {
  current = 2;
  runnel::select(runnel::on_recv(c), runnel::on_timeout(std::chrono::seconds(1)));
  return current; // expect: fiber-thread-local "after 'select'"
}
void ping() { c.send(3); }
int calls() {
  current = 3;
  ping();
  return current; // expect: fiber-thread-local "after 'ping'"
}

class As {
  int before_;

public:
  explicit As(int user) : before_(current) { current = user; }
  ~As() { current = before_; }
};
void scoped() {
  As root(0); // expect: fiber-thread-local "'root' sets 'current', which is thread_local, until its scope ends"
  c.send(4);
}
int in_function() {
  static thread_local int last = 0;
  last = *c.recv();
  c.send(5);
  return last; // expect: fiber-thread-local "'last'"
}

int main() {
  runnel::group g;
  g.go([] { // note: "a goroutine that runs"
    reads_back(), balances(), sets_back(1), fills(), member(), branches(true);
    selects(), calls(), scoped(), in_function();
  });
}
