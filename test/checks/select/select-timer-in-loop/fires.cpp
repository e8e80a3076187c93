// A timer in every round.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
#include <optional>

void with_handlers(runnel::channel<int> in) {
  for (;;)
    runnel::select(on_recv(in, [](std::optional<int>) {}),
                   on_recv(runnel::after(1min), [](auto) {})); // expect: select-timer-in-loop
}

void by_name(runnel::channel<int> in) {
  while (true) {
    auto next = on_recv(in);
    auto late = on_recv(runnel::after(1s)); // expect: select-timer-in-loop
    if (runnel::select(next, late) == late)
      return;
  }
}

void ticks(runnel::channel<int> in) {
  for (;;) {
    runnel::ticker each(1s); // expect: select-timer-in-loop "makes a ticker, which begins anew"
    auto next = on_recv(in);
    auto tick = on_recv(each.c());
    if (runnel::select(next, tick) == next && !next) // note: "it is one case of this select"
      return;
  }
}
