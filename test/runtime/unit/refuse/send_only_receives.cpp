// refused: recv
#include <runnel/runnel.h>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  tx.recv();
#else
  tx.send(1);
#endif
}
