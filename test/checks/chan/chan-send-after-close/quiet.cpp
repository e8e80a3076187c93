// Sends on channels that are open, as far as can be told.
// flags: -isystem %runtime
#include <runnel/runnel.h>
bool failed();

void before(runnel::channel<int> out) {
  out.send(1); // trap
  out.close();
}

void tries(runnel::channel<int> out) {
  out.close();
  int v = 1;
  (void)out.try_send(v); // trap: says that it is closed
}

void leaves(runnel::channel<int> out) {
  if (failed()) {
    out.close();
    return;
  }
  out.send(1); // trap
}

void conditions(runnel::channel<int> out, bool last) {
  if (last)
    out.close();
  if (!last)
    out.send(1); // trap: not both
}

void anew(runnel::channel<int> out) {
  out.close();
  out = runnel::channel<int>(1);
  out.send(1); // trap: another channel
}
