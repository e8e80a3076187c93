// Functions that wait without the context they were given.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::context, runnel::on_recv, runnel::on_send, runnel::select;

runnel::channel<int> results;
int compute(context ctx);

void sends(context ctx, runnel::sender<int> out) { // note: "the context it was given"
  while (!ctx.err())
    out.send(compute(ctx)); // expect: ctx-ignored "the send to 'out' goes on waiting when 'ctx' has ended"
}
int receives(context ctx, runnel::channel<int> in) {
  int sum = 0;
  while (!ctx.err())
    sum += in.recv().value_or(0); // expect: ctx-ignored "the receive from 'in'"
  return sum;
}
void sleeps(context ctx) {
  for (int i = 0; i < 10; ++i) {
    if (ctx.err())
      return;
    runnel::sleep_for(1s); // expect: ctx-ignored "the sleep goes on waiting"
  }
}
void selects(context ctx, runnel::channel<int> a, runnel::channel<int> b) {
  while (!ctx.err())
    select(on_recv(a), on_recv(b)); // expect: ctx-ignored "the select"
}
void unused(context ctx, runnel::channel<int> in) {
  for (int v : in) // expect: ctx-ignored
    results.send(v); // note: "so does the send to 'results'"
}
int own_channel(context ctx) {
  runnel::channel<int> reply;
  runnel::go([=] { reply.send(3); });
  return *reply.recv(); // expect: ctx-ignored "'reply'"
}
class Worker {
  runnel::channel<int> jobs_, out_;

public:
  void run(const context& ctx) {
    while (!ctx.err()) {
      auto job = jobs_.recv(); // expect: ctx-ignored "'jobs_'"
      if (!job)
        return;
      out_.send(*job); // note: "so does the send to 'out_'"
    }
  }
};
void by_reference(const context& request) {
  results.send(compute(request)); // expect: ctx-ignored "when 'request' has ended"
}

int main() {
  auto bg = context::background();
  runnel::channel<int> a, b;
  sends(bg, a), receives(bg, a), sleeps(bg), selects(bg, a, b), unused(bg, a), own_channel(bg);
  Worker().run(bg);
  by_reference(bg);
}
