// Timers that do not pile up.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
#include <optional>

void on_the_select(runnel::channel<int> in) {
  for (;;)
    runnel::select(on_recv(in, [](std::optional<int>) {}), on_timeout(1min, [] {})); // trap
}

void before_the_loop(runnel::channel<int> in) {
  auto end = runnel::after(1min);
  for (;;) {
    auto next = on_recv(in);
    auto late = on_recv(end); // trap: one timer for all rounds
    if (runnel::select(next, late) == late)
      return;
  }
}

void no_loop(runnel::channel<int> in) {
  auto next = on_recv(in);
  auto late = on_recv(runnel::after(1s)); // trap: once
  runnel::select(next, late);
}

void plain() {
  for (int i = 0; i < 3; ++i)
    runnel::after(1ms).recv(); // trap: waits for it
}

void ticks(runnel::channel<int> in) {
  runnel::ticker each(1s); // trap: one for all rounds
  for (;;) {
    auto next = on_recv(in);
    auto tick = on_recv(each.c());
    if (runnel::select(next, tick) == next && !next)
      return;
  }
}

void ticks_within(runnel::channel<int> in) {
  for (int i = 0; i < 3; ++i) {
    runnel::ticker each(1s); // trap: for the rounds of the loop inside
    for (;;) {
      auto next = on_recv(in);
      auto tick = on_recv(each.c());
      if (runnel::select(next, tick) == next)
        break;
    }
  }
}
