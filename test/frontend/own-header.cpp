// A copy of a channel is the channel, also where the runtime's headers are not
// a system's.
// RUN: %runnel ir %s -- -std=c++20 -I%root/runtime/include | FileCheck %s
#include <runnel/runnel.h>
void copies() {
  const runnel::channel<int> first;
  runnel::channel<int> last = first;
  last.send(1);
}
// CHECK: func {{.*}} "copies"
// CHECK: assign local last (local first)
// CHECK: send local last
