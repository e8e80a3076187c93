// A rate limiter: a burst at once, then one request an interval.
//
// It shows a buffered channel as a bucket of tokens. A ticker refills it with `try_send`, which
// drops what does not fit, so unused time does not add up to more than one burst; a request takes a
// token and so waits its turn. Cancelling the context stops the refilling.
#include <runnel/runnel.h>

#include <cstdio>
#include <utility>

using namespace std::chrono_literals;
using runnel::on_recv;

class rate_limiter {
public:
  rate_limiter(const runnel::context& ctx, runnel::clock::duration interval, std::size_t burst) {
    auto [refill, tokens] = runnel::make_channel<void>(burst);
    while (refill.try_send() == runnel::send_status::sent) {}
    tokens_ = std::move(tokens);
    runnel::go([ctx, interval, refill = std::move(refill)] {
      runnel::ticker tick(interval);
      auto due = on_recv(tick.c());
      auto gone = on_recv(ctx.done());
      while (runnel::select(due, gone) == due)
        (void)refill.try_send();
    });
  }
  // Blocks until the caller may go; false once the limiter's context was cancelled.
  bool wait() const { return tokens_.recv(); }

private:
  runnel::receiver<void> tokens_ = nullptr;
};

int main() {
  return runnel::run([] {
    auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
    const auto began = runnel::clock::now();
    const rate_limiter limiter(ctx, 5ms, 3);

    for (int request = 1; request <= 7; ++request)
      if (limiter.wait())
        std::printf("request %d\n", request);
    // Three were free; the other four each waited for a tick.
    std::printf("at least four intervals passed: %s\n",
                runnel::clock::now() - began >= 4 * 5ms ? "yes" : "no");

    cancel();
    while (limiter.wait()) {}
    std::printf("cancelled\n");
  });
}

// Output:
// request 1
// request 2
// request 3
// request 4
// request 5
// request 6
// request 7
// at least four intervals passed: yes
// cancelled
