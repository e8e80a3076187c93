// A small scope is seen whole, though a large one before it uses up the total.
// flags: -isystem %runtime
// option: runnel-chan-blocked.WorkInAll: 40000
#include <runnel/runnel.h>
using runnel::on_recv;

void large(int rounds) {
  runnel::channel<int> a(2), b(2), c(2), d(2);
  runnel::channel<void> stop;
  runnel::wait_group all;
  auto pump = [&](runnel::channel<int> from, runnel::channel<int> to) {
    for (;;) {
      auto v = on_recv(from);
      auto end = on_recv(stop);
      if (runnel::select(v, end) == end)
        return;
      (void)to.try_send(*v);
    }
  };
  all.go([&] { pump(a, b); });
  all.go([&] { pump(b, c); });
  all.go([&] { pump(c, d); });
  all.go([&] { pump(d, a); });
  all.go([&] { pump(b, d); });
  for (int i = 0; i < rounds; ++i)
    (void)a.try_send(i);
  stop.close();
  all.wait();
}
void z_small() {
  runnel::channel<int> results;
  runnel::wait_group all;
  all.go([&] { results.send(1); }); // expect: chan-blocked "can wait for ever to send on 'results'"
  all.wait();
  results.recv();
}
