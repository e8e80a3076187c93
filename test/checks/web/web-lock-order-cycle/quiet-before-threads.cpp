// whole-program
// trap: the other order runs before the first thread starts
#include <mutex>
#include <thread>
static std::mutex a, b;
static int data;
static void setUp() {
  std::lock_guard y(b);
  ++data;
  std::lock_guard x(a);
  ++data;
}
static void work() {
  std::lock_guard x(a);
  ++data;
  std::lock_guard y(b);
  ++data;
}
int main() {
  setUp();
  std::thread t(work);
  work();
  t.join();
}
