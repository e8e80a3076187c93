// Answers that are taken, or can be left.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
using namespace std::chrono_literals;
int compute();
bool failed();
void keep(runnel::channel<int>);

int buffered() {
  runnel::channel<int> answer(1); // trap: room for it
  runnel::go([=] { answer.send(compute()); });
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  return runnel::select(in, late) == in ? *in : -1;
}

int taken() {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // trap: received on every path
  return *answer.recv();
}

int taken_late(runnel::context ctx) {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // trap: received after the select too
  auto in = runnel::on_recv(answer);
  auto done = runnel::on_recv(ctx.done());
  if (runnel::select(in, done) == in)
    return *in;
  answer.recv();
  return -1;
}

int gives_up(runnel::context ctx) {
  runnel::channel<int> answer;
  runnel::go([=] { // trap: the sender has a choice as well
    runnel::select(runnel::on_send(answer, compute()), runnel::on_recv(ctx.done()));
  });
  auto in = runnel::on_recv(answer);
  auto done = runnel::on_recv(ctx.done());
  return runnel::select(in, done) == in ? *in : -1;
}

int tries() {
  runnel::channel<int> answer;
  runnel::go([=] { (void)answer.try_send(1); }); // trap: it does not wait
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  return runnel::select(in, late) == in ? 1 : 0;
}

int limited() {
  runnel::channel<int> answer;
  runnel::go([=] {
    int v = compute();
    (void)answer.send_for(v, 1s); // trap: it does not wait for ever
  });
  return answer.recv_for(1s) ? 1 : 0;
}

int others_receive() {
  runnel::channel<int> answer;
  keep(answer); // trap: who knows
  runnel::go([=] { answer.send(compute()); });
  return answer.recv_for(1s) ? 1 : 0;
}

int another_receiver() {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // trap: the second goroutine takes it
  runnel::go([=] { answer.recv(); });
  return 0;
}

int before_it_starts() {
  if (failed())
    return -1; // trap: nothing has been started yet
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); });
  return *answer.recv();
}

void closed_on_leaving() {
  runnel::channel<int> answer;
  runnel::go([=] {
    try {
      answer.send(compute()); // trap: closing tells the sender
    } catch (const runnel::send_on_closed &) {
    }
  });
  if (auto v = answer.recv_for(1s); !v)
    answer.close();
}
