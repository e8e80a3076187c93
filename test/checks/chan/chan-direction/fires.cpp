// Parameters of one direction.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
using namespace std::chrono_literals;
void handle(int);

void sends(runnel::channel<int> out) { // expect: chan-direction "'out' is only sent on"
  out.send(1);
}

void sends_and_closes(runnel::channel<int> out) { // expect: chan-direction "only sent on"
  out.send(1);
  out.close();
}

void receives(runnel::channel<int> in) { // expect: chan-direction "'in' is only received from"
  for (int v : in)
    handle(v);
}

void selects(runnel::channel<int> in, runnel::context ctx) { // expect: chan-direction "only received from"
  runnel::select(runnel::on_recv(in, [](std::optional<int>) {}), runnel::on_recv(ctx.done(), [] {}));
}

void in_a_goroutine(runnel::channel<int> out) { // expect: chan-direction
  runnel::go([=] { out.send(2); });
}

void by_reference(const runnel::channel<int> &out) { // expect: chan-direction
  out.send(3);
}

void both_ends(runnel::channel<int> in,   // expect: chan-direction "received from"
               runnel::channel<int> out) { // expect: chan-direction "sent on"
  for (int v : in)
    out.send(v);
}

class Printer {
public:
  void print(runnel::channel<int> lines) { // expect: chan-direction
    while (auto line = lines.recv())
      handle(*line);
  }
};
