// Answers that nobody may wait for any more.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
#include <string>
using namespace std::chrono_literals;
int compute();
bool failed();

int with_timeout() {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // expect: chan-sender-leak "this send on 'answer' waits for ever"
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  if (runnel::select(in, late) == in) // note: "the only receiver may go on without it"
    return *in;
  return -1;
}

int with_handlers(runnel::context ctx) {
  int got = -1;
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(compute()); }); // expect: chan-sender-leak
  runnel::select(runnel::on_recv(answer, [&](std::optional<int> v) { got = *v; }), runnel::on_recv(ctx.done(), [] {}));
  return got;
}

bool early_return() {
  runnel::channel<bool> ok;
  runnel::go([=] { ok.send(compute() > 0); }); // expect: chan-sender-leak
  if (failed())
    return false; // the answer is not waited for
  return *ok.recv();
}

int one_of_two_answers() {
  runnel::channel<int> ok;
  runnel::channel<std::string> error;
  runnel::go([=] {
    if (failed())
      error.send("failed"); // expect: chan-sender-leak "'error'"
    else
      ok.send(compute()); // expect: chan-sender-leak "'ok'"
  });
  auto a = runnel::on_recv(ok);
  auto b = runnel::on_recv(error);
  auto c = runnel::on_timeout(1s);
  return static_cast<int>(runnel::select(a, b, c).index());
}

int two_ways_to_answer() {
  runnel::channel<int> answer;
  runnel::go([=] {
    if (failed()) {
      answer.send(0); // expect: chan-sender-leak
      return;
    }
    answer.send(compute());
  });
  return answer.recv_for(1s) ? 1 : 0; // note: "the only receiver may go on without it"
}

static void answerer(runnel::channel<int> to) {
  to.send(compute()); // expect: chan-sender-leak "'answer'"
}

int in_a_function() {
  runnel::channel<int> answer;
  runnel::go(answerer, answer);
  auto in = runnel::on_recv(answer);
  auto late = runnel::on_timeout(1s);
  return runnel::select(in, late) == in ? *in : 0;
}
