// Groups that are added to too late.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void work();

void late() {
  runnel::wait_group wg;
  runnel::go([&] {
    wg.add(1); // expect: wait-group-misuse "'wg'"
    work();
    wg.done();
  });
  wg.wait();
}

void late_in_a_loop() {
  runnel::wait_group all;
  for (int i = 0; i < 3; ++i)
    runnel::go([&] {
      all.add(1); // expect: wait-group-misuse "'all'"
      work();
      all.done();
    });
  all.wait();
}
