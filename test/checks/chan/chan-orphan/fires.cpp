// Channels with one side only.
// flags: -isystem %runtime
#include <runnel/runnel.h>
int compute();

void nobody_receives() {
  runnel::channel<int> result; // expect: chan-orphan "nobody receives from 'result'"
  runnel::go([=] {
    result.send(compute()); // note: "never taken"
  });
}

void nobody_receives_buffered() {
  runnel::channel<int> log(8); // expect: chan-orphan "nobody receives"
  for (int i = 0; i < 3; ++i)
    log.send(i);
  log.close();
}

void nobody_sends() {
  runnel::channel<void> ready; // expect: chan-orphan "nobody sends on 'ready' or closes it"
  runnel::go([=] { compute(); });
  ready.recv(); // note: "waits for ever"
}

static void produce(runnel::channel<int> out) { out.send(compute()); }

void through_a_function() {
  runnel::channel<int> out; // expect: chan-orphan "nobody receives"
  runnel::go(produce, out);
}

class Worker {
public:
  void start() {
    runnel::go([this] { done_.send(compute()); });
  }

private:
  runnel::channel<int> done_; // expect: chan-orphan "nobody receives from 'done_'"
};

class Waiter {
public:
  void wait() { stopped_.recv(); }

private:
  runnel::channel<void> stopped_; // expect: chan-orphan "nobody sends on 'stopped_'"
};
