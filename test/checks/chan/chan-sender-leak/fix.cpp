// A buffer of one.
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
