// refused: runnel: the main goroutine returns int or nothing
#include <runnel/runnel.h>
#include <string>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  runnel::run([] { return std::string(); });
#else
  runnel::run([] { return 0; });
#endif
}
