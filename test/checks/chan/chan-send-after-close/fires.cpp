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

namespace through_methods {
struct Pool {
  runnel::channel<int> tasks{4};
  void stop() { tasks.close(); } // note: "it is closed here"
  void submit(int t) {
    tasks.send(t); // expect: chan-send-after-close "'tasks' can be closed before this send"
  }
};
void use() {
  Pool p;
  p.stop();
  p.submit(1);
}
} // namespace through_methods

namespace another_goroutine {
void races() {
  runnel::channel<int> c(4);
  runnel::go([=] { c.send(1); }); // expect: chan-send-after-close "'c' can be closed before this send"
  c.close();
}
} // namespace another_goroutine
