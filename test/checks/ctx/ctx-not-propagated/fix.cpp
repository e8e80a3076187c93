// The given context is passed.
// flags: -isystem %runtime
#include <runnel/runnel.h>

int fetch(runnel::context ctx, int id);

int direct(runnel::context ctx) {
  // CHECK-FIX: return fetch(ctx, 1);
  return fetch(runnel::context::background(), 1); // expect: ctx-not-propagated
}
int derived(const runnel::context& request) {
  // CHECK-FIX: auto [mine, cancel] = runnel::with_cancel(request);
  auto [mine, cancel] = runnel::with_cancel(runnel::context::background()); // expect: ctx-not-propagated
  return fetch(mine, 2);
}
