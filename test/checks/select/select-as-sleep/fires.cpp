// Sleeps in disguise.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void rest() {
  runnel::select(on_timeout(1s)); // expect: select-as-sleep
}

void rest_again() {
  for (int i = 0; i < 3; ++i)
    runnel::select(on_timeout(10ms, [] {})); // expect: select-as-sleep
}
