// Channels with two sides, or of which not all is known.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <functional>
#include <optional>
#include <vector>
using namespace std::chrono_literals;
int compute();
void publish(runnel::channel<int>);

int both() {
  runnel::channel<int> result; // trap: sent here, received there
  runnel::go([=] { result.send(compute()); });
  return *result.recv();
}

void signal() {
  runnel::channel<void> done; // trap: closing is a signal
  runnel::go([=] { done.close(); });
  done.recv();
}

void given_away() {
  runnel::channel<int> c; // trap: others may receive
  publish(c);
  c.send(1);
}

runnel::receiver<int> returned() {
  runnel::channel<int> c(1); // trap: the caller receives
  c.send(1);
  return c;
}

void kept() {
  runnel::channel<int> c(1); // trap: whoever has the list may receive
  std::vector<runnel::channel<int>> all;
  all.push_back(c);
  c.send(1);
}

void switched_off(runnel::channel<int> in) {
  runnel::channel<int> never; // trap: a case that is never ready
  runnel::select(runnel::on_recv(never), runnel::on_recv(in));
}

void tried() {
  runnel::channel<int> c(1); // trap: only tried
  (void)c.try_send(1);
}

void ranged() {
  runnel::channel<int> c; // trap: received by a range-for in a function
  auto drain = [](runnel::channel<int> from) {
    for (int v : from)
      (void)v;
  };
  runnel::go(drain, c);
  c.send(1);
  c.close();
}

void in_a_handler() {
  runnel::channel<int> c; // trap: received by a case
  runnel::go([=] { c.send(1); });
  runnel::select(runnel::on_recv(c, [](std::optional<int>) {}), runnel::on_timeout(1s, [] {}));
}

class Service {
public:
  runnel::receiver<int> results() const { return results_; }
  void run() { results_.send(compute()); }

private:
  runnel::channel<int> results_; // trap: handed out
};

struct Public {
  runnel::channel<int> in; // trap: anybody may send
  void run() { in.recv(); }
};

void asked() {
  runnel::channel<int> c(4); // trap: how many are inside is asked
  c.send(1);
  if (c.size() == 4)
    compute();
}

void sent_over_another(runnel::channel<runnel::channel<int>> questions) {
  runnel::channel<int> answer; // trap: the other side has it
  questions.send(answer);
  answer.recv();
}

void only_closed() {
  runnel::channel<void> done; // trap: nobody hears of it, but nobody waits
  compute();
  done.close();
}
