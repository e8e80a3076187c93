// Graceful shutdown: stop taking requests, finish those that were taken, then leave.
//
// It shows a context as the signal to stop and a group as the way to wait: cancelling reaches the
// accept loop and nothing else, the group's wait returns when the last handler has, and its first
// exception would come out there. Refusing needs no protocol: the listener goes with the server,
// and a send to it throws.
#include <runnel/runnel.h>

#include <cstdio>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using runnel::on_recv;

struct request {
  int number;
  runnel::sender<std::string> reply;
};

static void handle(const request& r) {
  runnel::yield(); // other requests run meanwhile
  r.reply.send("answer " + std::to_string(r.number));
}

// Accepts until ctx is cancelled. The listener goes with it, so later requests are refused.
static void serve(const runnel::context& ctx, const runnel::receiver<request>& listener) {
  runnel::group handlers;
  auto incoming = on_recv(listener);
  auto stopped = on_recv(ctx.done());
  while (runnel::select(incoming, stopped) == incoming)
    handlers.go([r = std::move(*incoming)] { handle(r); });
  std::printf("draining\n");
  handlers.wait();
  std::printf("drained\n");
}

int main() {
  return runnel::run([] {
    auto [ctx, stop] = runnel::with_cancel(runnel::context::background());
    auto [door, listener] = runnel::make_channel<request>();
    auto server = runnel::spawn(serve, ctx, std::move(listener));

    auto [reply, replies] = runnel::make_channel<std::string>(3); // handlers need no reader
    for (int i = 1; i <= 3; ++i)
      door.send({i, reply});
    stop();
    server.join();

    try {
      door.send({4, reply});
    } catch (const runnel::send_on_closed&) { std::printf("request 4: refused\n"); }
    reply = nullptr;
    int answered = 0;
    for (const auto& text : replies)
      answered += text.starts_with("answer");
    std::printf("%d of 3 answered\n", answered);
  });
}

// Output:
// draining
// drained
// request 4: refused
// 3 of 3 answered
