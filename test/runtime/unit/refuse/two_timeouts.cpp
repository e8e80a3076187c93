// refused: runnel: a select has at most one on_timeout
#include <runnel/runnel.h>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  runnel::select(on_recv(c), on_timeout(1s), on_timeout(2s));
#else
  runnel::select(on_recv(c), on_timeout(1s));
#endif
}
