// A std::jthread joins on every path.
#include <thread>
void work();
bool ready();

void early_return() {
  std::thread t(work); // expect: thread-unjoined-path
  // CHECK-FIX: std::jthread t(work);
  if (!ready())
    return;
  t.join();
}
