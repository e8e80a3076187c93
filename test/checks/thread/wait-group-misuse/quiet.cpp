// Groups that are added to in time.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void work();

void before() {
  runnel::wait_group wg;
  wg.add(1); // trap: before it is started
  runnel::go([&] {
    work();
    wg.done();
  });
  wg.wait();
}

void by_go() {
  runnel::wait_group wg;
  for (int i = 0; i < 3; ++i)
    wg.go([&] { work(); }); // trap: go adds first
  wg.wait();
}

void nested() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    wg.add(1); // trap: counted itself, so the count is not zero
    runnel::go([&] { wg.done(); });
    wg.done();
  });
  wg.wait();
}

void nobody_waits(runnel::wait_group &wg) {
  runnel::go([&] {
    wg.add(1); // trap: the wait is elsewhere
    wg.done();
  });
}
