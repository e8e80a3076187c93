// Loops that keep a core busy.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
#include <optional>

void with_handlers(runnel::channel<int> in) {
  for (;;)
    runnel::select(on_recv(in, [](std::optional<int>) {}), otherwise([] {})); // expect: select-default-spin
}

void by_name(runnel::channel<void> stop) {
  int rounds = 0;
  for (;;) {
    auto quit = on_recv(stop);
    auto no = otherwise();
    if (runnel::select(quit, no) == quit) // expect: select-default-spin
      return;
    ++rounds;
  }
}
