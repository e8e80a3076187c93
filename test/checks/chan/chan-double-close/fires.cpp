// Channels that are surely closed twice.
// flags: -isystem %runtime
#include <runnel/runnel.h>
bool failed();

void straight(runnel::channel<int> out) {
  out.close();
  out.close(); // expect: chan-double-close "'out'"
}

void once_more_at_the_end(runnel::channel<int> out) {
  if (failed())
    out.close();
  else
    out.send(1);
  out.close(); // expect: chan-double-close "'out'"
}

struct Server {
  void stop() {
    quit.close();
    if (failed())
      quit.close(); // expect: chan-double-close "'quit'"
  }
  runnel::channel<void> quit;
};

namespace through_methods {
struct Session {
  runnel::channel<void> done;
  void finish() {
    done.close(); // expect: chan-double-close "'done' can be closed before"
  }
  void abort() {
    done.close(); // note: "it is closed here"
    finish();
  }
};
void use() {
  Session s;
  s.abort();
}
} // namespace through_methods

namespace two_goroutines {
void both() {
  runnel::channel<void> quit;
  runnel::go([=] {
    quit.recv();
    quit.close(); // expect: chan-double-close "'quit' can be closed before"
  });
  quit.close();
}
} // namespace two_goroutines
