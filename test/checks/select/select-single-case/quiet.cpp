// Selects with a choice.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
#include <span>
#include <vector>

void two(runnel::channel<int> in, runnel::context ctx) {
  runnel::select(on_recv(in), on_recv(ctx.done())); // trap
}

void with_timeout(runnel::channel<int> in) {
  runnel::select(on_recv(in), on_timeout(1s)); // trap
}

void tries(runnel::channel<int> in) {
  runnel::select(on_recv(in), otherwise()); // trap
}

void list(std::vector<runnel::any_case> &cases) {
  runnel::select(std::span(cases)); // trap: how many is known at run time
}

void plain(runnel::channel<int> in) {
  in.recv(); // trap: no select
}
