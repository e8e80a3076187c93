// The type says which end it is.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void handle(int);

static void produce(runnel::channel<int> out) { // expect: chan-direction
  out.send(1);
  out.close();
}
// CHECK-FIX: static void produce(runnel::sender<int> out)

static void consume(runnel::channel<int> in) { // expect: chan-direction
  for (int v : in)
    handle(v);
}
// CHECK-FIX: static void consume(runnel::receiver<int> in)

void start() {
  runnel::channel<int> c;
  runnel::go(produce, c);
  auto print = [](runnel::channel<int> from) { // expect: chan-direction
    while (auto v = from.recv())
      handle(*v);
  };
  print(c);
  consume(c);
}
// CHECK-FIX: [](runnel::receiver<int> from)
