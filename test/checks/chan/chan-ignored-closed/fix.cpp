// A loop over the channel, or one that is left.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
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
// CHECK-FIX: for (auto job : jobs) {
// CHECK-FIX: handle(job);

void members() {
  runnel::channel<std::string> names;
  runnel::go([names] {
    std::size_t length = 0;
    while (true) {
      auto name = names.recv(); // expect: chan-ignored-closed
      length += (*name).size() + (*name).capacity();
    }
  });
  names.close();
}
// CHECK-FIX: for (auto name : names) {
// CHECK-FIX: length += (name).size() + (name).capacity();

void arrows() {
  runnel::channel<std::string> names;
  runnel::go([names] {
    std::size_t length = 0;
    while (true) {
      auto name = names.recv(); // expect: chan-ignored-closed
      length += name->size();
    }
  });
  names.close();
}
// CHECK-FIX: auto name = names.recv(); if (!name) break;

void commented() {
  runnel::channel<int> jobs;
  runnel::go([jobs] {
    for (;;) {
      // One at a time.
      auto job = jobs.recv(); // expect: chan-ignored-closed
      handle(*job);
    }
  });
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
