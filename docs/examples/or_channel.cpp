// The or-channel: one signal that comes when any of several comes.
//
// It shows a select over a list known only at run time, and a goroutine that cannot leak: it also
// watches whether anybody still listens. Signals are channels closed rather than sent to, for a
// close is seen by every reader, now and later.
#include <runnel/runnel.h>

#include <cstdio>
#include <span>
#include <utility>
#include <vector>

using runnel::on_recv, runnel::receiver;

// Closed as soon as one of the signals is, or when ctx is cancelled.
static receiver<void> any_of(const runnel::context& ctx, std::vector<receiver<void>> signals) {
  auto [done, closed] = runnel::make_channel<void>();
  signals.push_back(ctx.done());
  runnel::go([signals = std::move(signals), done = std::move(done)] {
    std::vector<runnel::any_case> cases;
    for (const auto& signal : signals)
      cases.emplace_back(on_recv(signal));
    runnel::select(std::span(cases));
    // Returning destroys the only sender of `closed`, which closes it.
  });
  return std::move(closed);
}

int main() {
  return runnel::run([] {
    auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());

    std::vector<runnel::sender<void>> switches;
    std::vector<receiver<void>> signals;
    for (int i = 0; i < 5; ++i) {
      auto [tx, rx] = runnel::make_channel<void>();
      switches.push_back(std::move(tx));
      signals.push_back(std::move(rx));
    }

    const auto any = any_of(ctx, signals);
    std::printf("before: %s\n",
                any.try_recv().status() == runnel::recv_status::empty ? "quiet" : "raised");
    switches[3].close();
    any.recv();
    std::printf("after switch 3: raised\n");

    signals.erase(signals.begin() + 3);
    const auto others = any_of(ctx, signals);
    std::printf("the other four: %s\n",
                others.try_recv().status() == runnel::recv_status::empty ? "quiet" : "raised");
    cancel();
    others.recv();
    std::printf("after cancel: raised\n");
  });
}

// Output:
// before: quiet
// after switch 3: raised
// the other four: quiet
// after cancel: raised
