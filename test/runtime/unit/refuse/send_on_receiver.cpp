// refused: runnel: on_send needs a channel or a sender
#include <runnel/runnel.h>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  runnel::select(on_send(rx, 1));
#else
  runnel::select(on_send(tx, 1));
#endif
}
