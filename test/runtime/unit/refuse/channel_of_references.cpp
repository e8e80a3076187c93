// refused: runnel: a channel carries values
#include <runnel/runnel.h>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  runnel::channel<int&> r;
#else
  runnel::channel<int*> r;
#endif
}
