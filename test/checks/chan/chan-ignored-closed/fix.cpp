// The loop is left.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void handle(int);
void work();

void values() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (;;) {
      auto job = jobs.recv(); // expect: chan-ignored-closed
      handle(*job);
    }
  });
  jobs.send(1);
  jobs.close();
}
// CHECK-FIX: auto job = jobs.recv(); if (!job) break;

void signals() {
  runnel::channel<void> wake;
  runnel::go([=] {
    for (;;) {
      wake.recv(); // expect: chan-ignored-closed
      work();
    }
  });
  wake.send();
  wake.close();
}
// CHECK-FIX: if (!wake.recv()) break;
