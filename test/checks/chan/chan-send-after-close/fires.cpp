// Sends on channels that are surely closed.
// flags: -isystem %runtime
#include <runnel/runnel.h>
bool failed();

void straight(runnel::channel<int> out) {
  out.close();
  out.send(1); // expect: chan-send-after-close "'out'"
}

void in_a_branch(runnel::channel<int> out) {
  out.close();
  if (failed())
    out.send(1); // expect: chan-send-after-close
}

struct Log {
  void finish() {
    lines.close();
    lines.send(1); // expect: chan-send-after-close "'lines'"
  }
  runnel::channel<int> lines;
};
