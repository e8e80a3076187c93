// A buffer of one; a select with the context where there is no place for it.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
int compute();

int ask() {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // expect: chan-sender-leak
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  return runnel::select(in, late) == in ? *in : -1;
}
// CHECK-FIX: runnel::channel<int> answer(1);

int ask_twice() {
  runnel::channel<int> first, second;
  runnel::go([=] { first.send(compute()); });  // expect: chan-sender-leak
  runnel::go([=] { second.send(compute()); }); // expect: chan-sender-leak
  auto a = runnel::on_recv(first);
  auto b = runnel::on_recv(second);
  return runnel::select(a, b) == a ? *a : *b;
}
// CHECK-FIX: runnel::channel<int> first(1), second(1);

int ask_until(runnel::context ctx) {
  runnel::channel<int> answer(0);
  runnel::go([=] {
    answer.send(compute()); // expect: chan-sender-leak
  });
  auto in = runnel::on_recv(answer);
  auto ended = runnel::on_recv(ctx.done());
  return runnel::select(in, ended) == in ? *in : -1;
}
// CHECK-FIX: runnel::select(runnel::on_send(answer, compute()), runnel::on_recv(ctx.done()));

int ask_with(runnel::context until) {
  runnel::channel<int> answer(0);
  runnel::go([answer, until] {
    int value = compute();
    if (!until.err())
      answer.send(value); // expect: chan-sender-leak
  });
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  return runnel::select(in, late) == in ? *in : -1;
}
// CHECK-FIX: runnel::select(runnel::on_send(answer, value), runnel::on_recv(until.done()));
