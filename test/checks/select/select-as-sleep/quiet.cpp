// Selects that wait for something.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void sleeps() { runnel::sleep_for(1s); } // trap

void can_be_cut_short(runnel::context ctx) {
  runnel::select(on_timeout(1s), on_recv(ctx.done())); // trap
}

void receives(runnel::channel<int> in) {
  runnel::select(on_recv(in), on_timeout(1s)); // trap
}

void timed(runnel::channel<int> in) {
  (void)in.recv_for(1s); // trap
}
