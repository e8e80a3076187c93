// Channels with room, or with somebody else.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <functional>
using namespace std::chrono_literals;
int compute();
bool failed();
void keep(runnel::channel<int>);

int room() {
  runnel::channel<int> c(1);
  c.send(1); // trap: there is room
  return *c.recv();
}

int another() {
  runnel::channel<int> c;
  runnel::go([=] { c.send(1); });
  return *c.recv(); // trap: the other goroutine sends
}

void emptied() {
  runnel::channel<int> c(1);
  c.send(1);
  c.recv();
  c.send(2); // trap: it was emptied
  c.recv();
}

void tries() {
  runnel::channel<int> c;
  if (c.try_send(1) == runnel::send_status::sent) // trap: it does not wait
    c.recv();
}

void limited() {
  runnel::channel<int> c;
  (void)c.recv_for(1ms); // trap: a time limit
  (void)c.try_send(1);
}

void choice(runnel::context ctx) {
  runnel::channel<int> c;
  runnel::select(runnel::on_send(c, 1), runnel::on_recv(ctx.done())); // trap: another case
  (void)c.try_recv();
}

void given_away() {
  runnel::channel<int> c;
  keep(c);
  c.send(1); // trap: others may receive
  c.recv();
}

void closed() {
  runnel::channel<int> c(1);
  c.send(1);
  c.close();
  c.recv();
  c.recv(); // trap: closed, so it returns at once
}

void in_a_lambda() {
  runnel::channel<int> c;
  std::function<void()> later = [=] { c.recv(); }; // trap: nobody knows who runs it
  c.send(1);
  later();
}

void semaphore() {
  runnel::channel<void> slots(4);
  for (int i = 0; i < 100; ++i) {
    slots.send(); // trap: given back at the end of the round
    compute();
    slots.recv();
  }
}

void maybe_filled() {
  runnel::channel<int> c(1);
  if (failed())
    c.send(1);
  if (failed())
    c.recv(); // trap: it may have one
}

void made_later(bool wanted) {
  runnel::channel<int> c(nullptr);
  if (wanted)
    c = runnel::channel<int>(1);
  c.send(1); // trap: not nil on every way
}

void asked_first() {
  runnel::channel<int> c(nullptr);
  if (c)
    c.send(1); // trap: never reached
}

void fill(runnel::channel<int> &c);
void filled_elsewhere() {
  runnel::channel<int> c(nullptr);
  fill(c);
  c.send(1); // trap: somebody else may have made one
}

void only_tried() {
  runnel::channel<int> c(nullptr);
  (void)c.try_recv();
  auto in = runnel::on_recv(c);
  auto none = runnel::otherwise();
  runnel::select(in, none); // trap: a nil channel is never ready, which is a way to switch a case off
}

class Started {
public:
  void start() { progress_ = runnel::channel<int>(1); }
  void step() { progress_.send(1); } // trap: start() makes it

private:
  runnel::channel<int> progress_{nullptr};
};
