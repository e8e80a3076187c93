// Goroutines that end in time, or own what they use.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <memory>
#include <string>
void use(int);
void wait_for_all();

void by_value() {
  int n = 1;
  runnel::go([=] { use(n); }); // trap: a copy
}

void waited_for() {
  int n = 1;
  runnel::wait_group wg;
  wg.go([&] { use(n); });
  wg.wait(); // trap
}

void received() {
  int n = 1;
  runnel::channel<void> done;
  runnel::go([&] {
    use(n);
    done.close();
  });
  done.recv(); // trap: waits for the goroutine
}

void by_group() {
  int n = 1;
  runnel::group g;
  g.go([&] { use(n); }); // trap: the group waits when it goes
}

void joined() {
  int n = 1;
  auto handle = runnel::spawn([&] { use(n); });
  handle.join(); // trap
}

void by_other_code() {
  int n = 1;
  runnel::go([&] { use(n); });
  wait_for_all(); // trap: may wait for it
}

void lives_for_ever() {
  static int n = 1;
  runnel::go([&] { use(n); }); // trap: static
}

void referred(int &n) {
  runnel::go([&] { use(n); }); // trap: the caller's
}

int main() {
  int n = 1;
  runnel::go([&] { use(n); }); // trap: as long as the program
}
