// A goroutine that its group starts.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void work();

void late() {
  runnel::wait_group wg;
  runnel::go([&] {
    // CHECK-FIX: wg.go([&] {
    wg.add(1); // expect: wait-group-misuse
    work();    // CHECK-FIX: work();
    wg.done();
  });
  wg.wait(); // CHECK-FIX: wg.wait();
}
