// refused: runnel: the handler of on_recv takes std::optional<T>
#include <runnel/runnel.h>
#include <string>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

void use(runnel::channel<int> c, runnel::sender<int> tx, runnel::receiver<int> rx) {
  (void)c, (void)tx, (void)rx;
#ifndef ALLOWED
  runnel::select(on_recv(c, [](std::string) {}));
#else
  runnel::select(on_recv(c, [](std::optional<int>) {}));
#endif
}
