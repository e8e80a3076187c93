// Channels that are closed once on every path, as far as can be told.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <vector>
bool failed();

void once(runnel::channel<int> out) {
  out.close(); // trap
}

void either(runnel::channel<int> out) {
  if (failed())
    out.close(); // trap: one of the two
  else
    out.close();
}

void returns(runnel::channel<int> out) {
  if (failed()) {
    out.close(); // trap: leaves
    return;
  }
  out.close();
}

void together(runnel::channel<int> out, bool a) {
  if (a)
    out.close(); // trap: conditions that exclude each other
  if (!a)
    out.close();
}

void anew(runnel::channel<int> out) {
  out.close();
  out = runnel::channel<int>();
  out.close(); // trap: another channel
}

void each(std::vector<runnel::channel<int>> &all) {
  for (auto &c : all)
    c.close(); // trap: another channel in each round
}

void two(runnel::channel<int> a, runnel::channel<int> b) {
  a.close();
  b.close(); // trap
}

namespace through_methods {
struct Session {
  runnel::channel<void> done;
  bool over = false;
  void finish() {
    if (over)
      return;
    over = true;
    done.close(); // trap: once
  }
  void abort() { finish(); }
};
void use() {
  Session s;
  s.abort();
  s.finish();
}
} // namespace through_methods

namespace two_goroutines {
void one_of_them() {
  runnel::channel<void> quit;
  runnel::once once;
  runnel::wait_group wg;
  for (int i = 0; i < 2; ++i)
    wg.go([&] { once.call([&] { quit.close(); }); }); // trap: once
  wg.wait();
}
} // namespace two_goroutines
