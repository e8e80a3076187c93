// Cancel sources that live as long as somebody needs the context.
// flags: -isystem %runtime
#include <memory>
#include <optional>
#include <runnel/runnel.h>
#include <utility>
#include <vector>
using namespace std::chrono_literals;
using runnel::cancel_source;
using runnel::context;

void work(context ctx);
int answer(context ctx);
runnel::channel<int> results;

// trap: cancelled by the destructor, when the work is done
int scoped(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 5s);
  return answer(ctx);
}
// trap: called early, and again by the destructor, which does nothing
void called(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  work(ctx);
  cancel();
}
// trap: a return on a path: the destructor is on all of them
int early(context parent, bool stop) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  if (stop)
    return 0;
  return answer(ctx);
}
// trap: the deadline ends it
void released_deadline(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 5s);
  cancel.release();
  runnel::go([ctx = ctx] { work(ctx); });
}
// trap: both are returned
std::pair<context, cancel_source> both(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  return {ctx, std::move(cancel)};
}
std::pair<context, cancel_source> whole(context parent) { return runnel::with_cancel(parent); }
// trap: the goroutine takes the source along
void moved(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 1s);
  runnel::go([ctx = ctx, cancel = std::move(cancel)] { work(ctx); });
}
// trap: the goroutine is waited for
void joined(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  runnel::wait_group all;
  all.go([ctx = ctx] { work(ctx); });
  all.wait();
}
// trap: its answer is waited for
int received(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 1s);
  runnel::go([ctx = ctx] { results.send(answer(ctx)); });
  return *results.recv();
}
// trap: a group waits when it is destroyed
void grouped(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  runnel::group g;
  g.go([ctx = ctx] { work(ctx); });
}
// trap: cancelling is what the goroutine is for
void stops_another(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  auto h = runnel::spawn([ctx = ctx] { work(ctx); });
  cancel();
  h.join();
}

class Server {
  context ctx_ = context::background();
  std::optional<cancel_source> cancel_;

public:
  // trap: both are kept
  void start(context parent) {
    auto [ctx, cancel] = runnel::with_cancel(parent);
    ctx_ = ctx;
    cancel_.emplace(std::move(cancel));
  }
};
// trap: kept as a pair
void pairs(context parent) {
  auto made = runnel::with_cancel(parent);
  work(made.first);
}
// trap: a pair whose other half goes on too
context halves(context parent, cancel_source& keep) {
  auto both = runnel::with_cancel(parent);
  keep = std::move(both.second);
  return both.first;
}
// trap: a pair that goes on whole
std::pair<context, cancel_source> looked_at(context parent) {
  auto both = runnel::with_cancel(parent);
  work(both.first);
  return both;
}
// trap: the cancel source alone is wanted
void ends_at_once(context parent) {
  auto source = runnel::with_cancel(parent).second;
  source();
}
// trap: a value needs no cancel
context with_user(context parent) {
  static const runnel::context_key<int> user;
  return runnel::with_value(parent, user, 3);
}
// trap: cancelled first, then released: nobody waits any more
void cancelled_first(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  work(ctx);
  cancel();
  cancel.release();
}

int main() {
  auto bg = context::background();
  scoped(bg), called(bg), early(bg, true), released_deadline(bg), both(bg), whole(bg), moved(bg);
  joined(bg), received(bg), grouped(bg), stops_another(bg), pairs(bg), with_user(bg);
  cancelled_first(bg);
  cancel_source kept = runnel::with_cancel(bg).second;
  halves(bg, kept), looked_at(bg), ends_at_once(bg);
  Server().start(bg);
  // trap: the program ends when main does
  auto [ctx, cancel] = runnel::with_cancel(bg);
  runnel::go(work, ctx);
}
