// Goroutines alone with their channel.
// flags: -isystem %runtime
#include <runnel/runnel.h>
int compute();
bool failed();

int send_then_receive() {
  runnel::channel<int> c; // note: "unbuffered"
  c.send(1); // expect: chan-self-block "this send on 'c' waits for ever"
  return *c.recv();
}

int receive_then_send() {
  runnel::channel<int> c;
  int v = *c.recv(); // expect: chan-self-block "this receive from 'c' waits for ever"
  c.send(1);
  return v;
}

void too_small() {
  runnel::channel<int> c(2);
  c.send(1);
  c.send(2);
  c.send(3); // expect: chan-self-block "'c'"
  c.recv();
}

void one_receive_too_many() {
  runnel::channel<int> c(2);
  c.send(1);
  c.recv();
  c.recv(); // expect: chan-self-block "this receive"
}

void on_both_branches() {
  runnel::channel<int> c;
  if (failed())
    c.send(1); // expect: chan-self-block
  else
    compute();
  c.recv();
}

void in_its_goroutine() {
  runnel::channel<int> c;
  runnel::go([=] {
    c.send(compute()); // expect: chan-self-block
    c.recv();
  });
}

void select_of_one() {
  runnel::channel<int> c;
  runnel::select(runnel::on_send(c, 1)); // expect: chan-self-block
  c.recv();
}

void nil() {
  runnel::channel<int> c(nullptr);
  c.send(1); // expect: chan-self-block "this send on 'c' waits for ever: the channel is nil"
}

class Reporter {
public:
  int next() {
    return *progress_.recv(); // expect: chan-self-block "the channel is nil"
  }

private:
  runnel::channel<int> progress_{nullptr};
};
int report() { return Reporter().next(); }
