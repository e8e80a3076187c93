// The select has the timeout.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;

void seconds(runnel::channel<int> in) {
  while (true) {
    auto next = runnel::on_recv(in);
    auto late = runnel::on_recv(runnel::after(1s)); // expect: select-timer-in-loop
    if (runnel::select(next, late) == late)
      return;
  }
}
// CHECK-FIX: auto late = runnel::on_timeout(std::chrono::seconds(1));

void milliseconds(runnel::channel<int> in) {
  for (;;) {
    auto next = runnel::on_recv(in);
    auto late = runnel::on_recv(runnel::after(250ms)); // expect: select-timer-in-loop
    if (runnel::select(next, late) == late)
      return;
  }
}
// CHECK-FIX: auto late = runnel::on_timeout(std::chrono::milliseconds(250));
