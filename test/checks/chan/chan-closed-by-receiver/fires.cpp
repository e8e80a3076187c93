// Receivers that close.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
using namespace std::chrono_literals;
bool enough(int);
int next();

void stops_early() {
  runnel::channel<int> found;
  runnel::go([=] {
    for (;;)
      found.send(next()); // note: "and sent here"
  });
  for (int each : found) // note: "values are received here"
    if (enough(each))
      break;
  found.close(); // expect: chan-closed-by-receiver "'found' is closed by the one who receives from it"
}

void times_out() {
  runnel::channel<int> answers;
  runnel::go([=] { answers.send(next()); });
  auto in = runnel::on_recv(answers);
  auto late = runnel::on_timeout(1s);
  runnel::select(in, late);
  answers.close(); // expect: chan-closed-by-receiver
}

void takes_one_of_many() {
  runnel::channel<int> c;
  runnel::go([=] {
    while (!enough(0))
      c.send(next());
  });
  c.recv();
  c.close(); // expect: chan-closed-by-receiver
}

class Feed {
public:
  void produce() {
    while (!enough(1))
      items_.send(next());
  }
  void consume() {
    while (true) {
      auto item = items_.recv();
      if (!item || enough(*item))
        break;
    }
    items_.close(); // expect: chan-closed-by-receiver "'items_'"
  }

private:
  runnel::channel<int> items_;
};

static void reader(runnel::channel<int> c, runnel::context ctx) {
  for (;;) {
    auto in = runnel::on_recv(c);
    auto done = runnel::on_recv(ctx.done());
    if (runnel::select(in, done) == done)
      break;
  }
  c.close(); // expect: chan-closed-by-receiver
}

void gives(runnel::context ctx) {
  runnel::channel<int> c;
  runnel::go(reader, c, ctx);
  for (int i = 0; i < 100; ++i)
    c.send(i);
}
