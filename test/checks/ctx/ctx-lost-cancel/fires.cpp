// Cancel sources that die too early, or are let go of.
// flags: -isystem %runtime
#include <functional>
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::context;

void work(context ctx);
int answer(context ctx);

void first_only(context parent) {
  context ctx = runnel::with_timeout(parent, 5s).first; // expect: ctx-lost-cancel "the context that 'with_timeout' makes has ended at once"
  work(ctx);
}
void argument(context parent) {
  work(runnel::with_cancel(parent).first); // expect: ctx-lost-cancel "'with_cancel'"
}
context returned(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 1s); // note: "both are made by 'with_timeout' here"
  return ctx; // expect: ctx-lost-cancel "'ctx' is returned, and ends when 'cancel' goes out of scope"
}
void released(context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  cancel.release(); // expect: ctx-lost-cancel "nobody can cancel 'ctx' after 'cancel' is released"
  work(ctx);
}
int released_on_a_path(context parent, bool keep) {
  auto [ctx, cancel] = runnel::with_cancel_cause(parent);
  if (keep)
    cancel.release(); // expect: ctx-lost-cancel
  return answer(ctx);
}
void with_a_goroutine(context parent) {
  auto [ctx, cancel] = runnel::with_timeout(parent, 1s);
  runnel::go([ctx = ctx] { work(ctx); }); // expect: ctx-lost-cancel "'ctx' goes with a goroutine that nothing waits for"
}
void as_an_argument(context parent) {
  auto [ctx, cancel] = runnel::with_deadline(parent, runnel::clock::now() + 1s);
  runnel::go(work, ctx); // expect: ctx-lost-cancel
}
void by_index(context parent) {
  context ctx = std::get<0>(runnel::with_cancel(parent)); // expect: ctx-lost-cancel "'with_cancel' makes has ended at once"
  work(ctx);
}
context of_a_pair(context parent) {
  auto both = runnel::with_timeout(parent, 1s);
  return both.first; // expect: ctx-lost-cancel "'both.first' is returned, and ends when 'both' goes out of scope"
}

class Server {
  context ctx_ = context::background();

public:
  void start(context parent) {
    auto [ctx, cancel] = runnel::with_cancel(parent);
    ctx_ = ctx; // expect: ctx-lost-cancel "'ctx' is kept in 'ctx_'"
  }
};

int main() {
  auto bg = context::background();
  first_only(bg), argument(bg), returned(bg), released(bg), released_on_a_path(bg, true);
  with_a_goroutine(bg), as_an_argument(bg);
  by_index(bg), of_a_pair(bg);
  Server().start(bg);
}
