// Loops that wait, or have something else to do.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
#include <optional>
void work();

void waits(runnel::channel<int> in, runnel::channel<void> stop) {
  for (bool on = true; on;)
    runnel::select(on_recv(in, [](std::optional<int>) {}), on_recv(stop, [&] { on = false; })); // trap
}

void works(runnel::channel<void> stop) {
  for (;;) {
    auto quit = on_recv(stop);
    auto no = otherwise();
    if (runnel::select(quit, no) == quit) // trap: looks between two pieces of work
      return;
    work();
  }
}

void sleeps(runnel::channel<int> in) {
  for (;;)
    runnel::select(on_recv(in, [](std::optional<int>) {}), otherwise([] { runnel::sleep_for(1ms); })); // trap
}

void gives_way(runnel::channel<int> in) {
  for (;;) {
    runnel::select(on_recv(in, [](std::optional<int>) {}), otherwise([] {})); // trap
    runnel::yield();
  }
}

void once(runnel::channel<int> in) {
  runnel::select(on_recv(in), otherwise()); // trap: no loop
}
