// Timeouts: of one operation, and of everything that is done for one request.
//
// It shows `on_timeout`, which bounds a single select, and a context with a deadline, which is
// handed down and bounds a whole call tree: whoever holds it can ask, and gives up by itself when
// time is out.
#include <runnel/runnel.h>

#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_timeout;

// Answers at once, or never: then it works until it is told to stop.
static runnel::receiver<std::string> ask(const runnel::context& ctx, bool broken) {
  auto [tx, rx] = runnel::make_channel<std::string>(1); // room: answering does not need a reader
  runnel::go([ctx, broken, out = std::move(tx)] {
    if (broken)
      ctx.done().recv();
    else
      out.send("42");
  });
  return std::move(rx);
}

static std::string first_page(const runnel::context& ctx, bool broken) {
  auto answer = on_recv(ask(ctx, broken));
  auto gone = on_recv(ctx.done());
  if (auto won = runnel::select(answer, gone); won == answer && answer)
    return *answer;
  return ctx.err() == runnel::errc::deadline_exceeded ? "(out of time)" : "(cancelled)";
}

int main() {
  return runnel::run([] {
    const auto everything = runnel::context::background();
    const runnel::channel<void> nobody_sends;
    runnel::select(on_recv(nobody_sends, [] { std::printf("one operation: done\n"); }),
                   on_timeout(5ms, [] { std::printf("one operation: timed out\n"); }));

    auto [patient, cancel_patient] = runnel::with_timeout(everything, 1h);
    std::printf("a working server: %s\n", first_page(patient, false).c_str());

    auto [hasty, cancel_hasty] = runnel::with_timeout(patient, 5ms);
    std::printf("a broken one: %s\n", first_page(hasty, true).c_str());

    cancel_patient();
    std::printf("after cancel: %s\n", first_page(patient, true).c_str());
  });
}

// Output:
// one operation: timed out
// a working server: 42
// a broken one: (out of time)
// after cancel: (cancelled)
