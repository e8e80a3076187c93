// Plain operations.
// flags: -isystem %runtime
#include <runnel/runnel.h>

void receives(runnel::channel<int> in) {
  runnel::select(runnel::on_recv(in)); // expect: select-single-case
}
// CHECK-FIX:   in.recv();

void sends(runnel::channel<int> out, int v) {
  runnel::select(runnel::on_send(out, 1)); // expect: select-single-case
  runnel::select(runnel::on_send(out, v)); // expect: select-single-case
}
// CHECK-FIX:   out.send(1);
// CHECK-FIX:   out.send(v);

class Box {
public:
  void take() {
    runnel::select(runnel::on_recv(in_)); // expect: select-single-case
  }

private:
  runnel::channel<int> in_;
};
// CHECK-FIX:     in_.recv();
