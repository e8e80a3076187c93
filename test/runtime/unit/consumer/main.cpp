// The smallest whole program.
#include <runnel/runnel.h>

int main() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(42); });
  return *c.recv() - 42;
}
