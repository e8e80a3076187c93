// A goroutine that ends with its context.
// flags: -isystem %runtime
#include <runnel/runnel.h>

void numbers(runnel::channel<int> out, runnel::context ctx) {
  runnel::go([out, ctx] {
    int n = 0;
    for (;;) { // expect: go-no-exit
      out.send(n); // CHECK-FIX: if (runnel::select(runnel::on_send(out, n), runnel::on_recv(ctx.done())).index() == 1)
      ++n;
    }
  });
}
