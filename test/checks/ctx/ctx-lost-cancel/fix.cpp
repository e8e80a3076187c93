// The source is kept.
// flags: -isystem %runtime
#include <runnel/runnel.h>

void work(runnel::context ctx);

void first_only(runnel::context parent) {
  // CHECK-FIX: auto [ctx, cancel_ctx] = runnel::with_timeout(parent, std::chrono::seconds(5));
  runnel::context ctx = runnel::with_timeout(parent, std::chrono::seconds(5)).first; // expect: ctx-lost-cancel
  work(ctx);
}
void by_index(runnel::context parent) {
  // CHECK-FIX: auto [ctx, cancel_ctx] = runnel::with_cancel(parent);
  runnel::context ctx = std::get<0>(runnel::with_cancel(parent)); // expect: ctx-lost-cancel
  work(ctx);
}
void released(runnel::context parent) {
  auto [ctx, cancel] = runnel::with_cancel(parent);
  // CHECK-FIX: work(ctx);
  cancel.release(); // expect: ctx-lost-cancel
  work(ctx);
}
