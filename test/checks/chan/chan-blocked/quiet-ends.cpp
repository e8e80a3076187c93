// Ends that say which they are: the runtime closes a channel whose senders are gone.
// flags: -isystem %runtime
#include <runnel/runnel.h>

void handle(int);

static void consume(runnel::receiver<int> in) {
  for (int v : in) // trap: closed when the last sender has gone
    handle(v);
}

void producer_ends() {
  runnel::channel<int> c;
  runnel::go(consume, c);
  c.send(1);
}

void captured() {
  runnel::channel<int> c;
  runnel::receiver<int> in = c;
  runnel::go([in] {
    while (auto v = in.recv()) // trap
      handle(*v);
  });
  c.send(1);
}

static void produce(runnel::sender<int> out) {
  for (;;)
    out.send(1); // trap: it throws when nobody can receive any more
}

void one_is_enough() {
  runnel::channel<int> c;
  runnel::go(produce, c);
  c.recv();
}
