// The context ends the wait.
// flags: -isystem %runtime
#include <runnel/runnel.h>

int compute(runnel::context ctx);

void sleeps(runnel::context ctx, runnel::duration d) {
  while (!ctx.err())
    // CHECK-FIX: runnel::select(runnel::on_recv(ctx.done()), runnel::on_timeout(d));
    runnel::sleep_for(d); // expect: ctx-ignored
}
void sends(runnel::context ctx, runnel::sender<int> out) {
  while (!ctx.err())
    // CHECK-FIX: { if (runnel::select(runnel::on_send(out, compute(ctx)), runnel::on_recv(ctx.done())).index() == 1) return; }
    out.send(compute(ctx)); // expect: ctx-ignored
}
