// A turn for others in every round.
// flags: -isystem %runtime
#include <atomic>
#include <runnel/runnel.h>
#include <thread>

std::atomic<bool> ready = false;

void yields() {
  while (!ready) // expect: fiber-busy-loop
    // CHECK-FIX: runnel::yield();
    std::this_thread::yield();
}
void braces() {
  // CHECK-FIX: while (!ready) {{ runnel::yield(); }}
  while (!ready) {} // expect: fiber-busy-loop
}
void semicolon() {
  // CHECK-FIX: while (!ready.load()){ runnel::yield(); };
  while (!ready.load()); // expect: fiber-busy-loop
}

int main() {
  runnel::group g;
  g.go([] { yields(), braces(), semicolon(); });
}
