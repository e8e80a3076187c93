// Selects without a choice.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void receives(runnel::channel<int> in) {
  runnel::select(on_recv(in)); // expect: select-single-case "receive"
}

void sends(runnel::channel<int> out) {
  runnel::select(on_send(out, 1)); // expect: select-single-case "send"
}

void named(runnel::channel<int> in) {
  auto next = on_recv(in);
  runnel::select(next); // expect: select-single-case
}
