// Channels by which something changes hands.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void work(int);

void pipeline() {
  runnel::channel<int> numbers(1); // trap: one sends, the other receives
  runnel::go([=] { numbers.send(1); });
  work(*numbers.recv());
}

void ping_pong() {
  runnel::channel<int> ping(1), pong(1); // trap: two channels, each one way
  runnel::go([=] {
    ping.send(1);
    pong.recv();
  });
  ping.recv();
  pong.send(1);
}

void unbuffered() {
  runnel::channel<int> in; // trap: nobody holds an unbuffered channel
  runnel::go([=] {
    in.send(1);
    in.recv();
  });
  in.recv();
  in.send(1);
}

void closed() {
  runnel::channel<int> jobs(4); // trap: closed and drained
  for (int i = 0; i < 4; ++i)
    jobs.send(i);
  jobs.close();
  while (auto job = jobs.recv())
    work(*job);
}

void somebody(runnel::channel<void>);
void passed_on() {
  runnel::channel<void> tokens(1); // trap: others may do otherwise
  somebody(tokens);
  tokens.send();
  tokens.recv();
}

void selected(runnel::context ctx) {
  runnel::channel<void> slot(1); // trap: waited for together with something else
  auto take = runnel::on_send(slot);
  auto done = runnel::on_recv(ctx.done());
  if (runnel::select(take, done) == done)
    return;
  slot.recv();
}
