// RUN: %runnel ir %s -- -std=c++20 -I%root/runtime/include | FileCheck %s
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;
runnel::channel<int> global_ch;
void basic() {
  runnel::channel<int> c; runnel::channel<int> b(3); runnel::channel<int> nil = nullptr;
  runnel::go([=] { c.send(1); });
  int x = *c.recv(); auto v = c.recv(); if (!v) return; 
  while (auto w = b.recv()) { x += *w; }
  for (auto i : c) x += i;
  if (auto r = c.try_recv()) x = *r;
  (void)c.send_for(x, 1ms); c.close();
}
void ends() { auto [tx, rx] = runnel::make_channel<int>(1); tx.send(1); rx.recv(); runnel::sender<int> s = tx; s.send(2); tx = nullptr; }
void selects(runnel::channel<int> a, runnel::channel<void> stop, runnel::context ctx) {
  runnel::select(on_recv(a, [&](std::optional<int> v) { (void)v; }), on_recv(ctx.done(), [&] {}), on_timeout(50ms, [&] {}));
  auto in = on_recv(a); auto late = on_timeout(1s);
  if (auto won = runnel::select(in, late); won == in) { a.close(); } else if (won == late) { stop.close(); }
  switch (runnel::select(on_send(a, 5), otherwise()).index()) { case 0: break; case 1: stop.close(); }
  if (runnel::select(on_recv(a), otherwise()).index() == 1) return;
}
void contexts() {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  auto [t, c2] = runnel::with_timeout(ctx, 1s);
  cancel();
  runnel::timer tm(1s); tm.stop(); auto a = runnel::after(2ms); runnel::ticker tk(1ms);
}
void groups() {
  runnel::wait_group wg; wg.add(2); wg.go([&] { wg.done(); }); wg.wait();
  runnel::group g; g.go([] {}); g.wait();
  auto h = runnel::spawn([](int x) { return x; }, 2); h.join();
  runnel::semaphore s(2); s.acquire(); s.release();
  runnel::yield(); runnel::sleep_for(1ms); runnel::blocking([] {});
  runnel::once o; o.call([] {});
}

// CHECK: func c:@F@basic#
// CHECK: make.channel local c value 0
// CHECK: make.channel local b value 3
// CHECK-NOT: make.channel local nil
// CHECK: spawn {{.*}} as "runnel::go" goroutine
// CHECK: recv local c spelled "c"
// CHECK: recv local c to local v
// CHECK: if not received local c "v"
// CHECK: recv local b to local w
// CHECK: while received local b "w"
// CHECK: recv local c to local i ranged
// CHECK-NEXT: range-for received local c
// CHECK: recv local c to local r try
// CHECK: if received local c "r"
// CHECK: send local c (&local x) timeout
// CHECK: close local c
// CHECK: func c:@F@contexts#
// CHECK: make.context local ctx source local cancel
// CHECK: make.context local t source local c2 (local ctx)
// CHECK: cancel local cancel @
// CHECK: make.timer local tm (1000000000) as "timer"
// CHECK: stop.timer local tm
// CHECK: make.timer local a (2000000) as "after"
// CHECK: make.timer local tk (1000000) as "ticker"
// CHECK: cancel local c2 implicit
// CHECK: cancel local cancel implicit
// CHECK: func c:@F@ends#
// CHECK: make.channel local tx receiver local rx value 1
// CHECK: send local tx (1)
// CHECK: recv local rx
// CHECK: assign local s (local tx)
// CHECK: send local s (2)
// CHECK: assign local tx (null)
// CHECK: func c:@F@groups#
// CHECK: count.add local wg value 2
// CHECK: spawn {{.*}} on local wg {{.*}} goroutine
// CHECK: count.wait local wg
// CHECK: spawn {{.*}} on local g {{.*}} goroutine
// CHECK: join local g
// CHECK: spawn {{.*}} on local h (lambda {{.*}}, 2) {{.*}} goroutine
// CHECK: join local h
// CHECK: count.add local s value 2
// CHECK: count.wait local s value 1
// CHECK: count.done local s value 1
// CHECK: suspend {{.*}} as "yield"
// CHECK: suspend {{.*}} as "sleep_for"
// CHECK: once.call local o (lambda
// CHECK: func {{.*}} "selects"
// CHECK: select @
// CHECK-NEXT: case recv param a do lambda
// CHECK-NEXT: case recv param ctx.done() do lambda
// CHECK-NEXT: case timeout value 50000000 do lambda
// CHECK: select local won @
// CHECK-NEXT: case recv param a named local in
// CHECK-NEXT: case timeout value 1000000000 named local late
// CHECK: if won 0
// CHECK: if won 1
// CHECK: case send param a value 5
// CHECK-NEXT: case otherwise
// CHECK: switch won
// CHECK: if won 1
