// Handed to the runtime, or done as a goroutine does it.
// flags: -isystem %runtime
#include <chrono>
#include <future>
#include <runnel/runnel.h>
#include <thread>
#include <unistd.h>

void sleeps(std::chrono::milliseconds d) {
  // CHECK-FIX: runnel::sleep_for(d);
  std::this_thread::sleep_for(d); // expect: fiber-blocking-call
}
long reads(int fd, char* buf) {
  // CHECK-FIX: long n = runnel::blocking([&] { return ::read(fd, buf, 10); });
  long n = ::read(fd, buf, 10); // expect: fiber-blocking-call
  return n;
}
void joins(std::thread& t) {
  // CHECK-FIX: runnel::blocking([&] { return t.join(); });
  t.join(); // expect: fiber-blocking-call
}
int gets(std::future<int>& f) {
  // CHECK-FIX: return runnel::blocking([&] { return f.get(); }) + 1;
  return f.get() + 1; // expect: fiber-blocking-call
}

int main(int, char** argv) {
  std::thread t([] {});
  std::promise<int> p;
  auto f = p.get_future();
  runnel::group g;
  g.go([&] { sleeps(std::chrono::milliseconds(1)), reads(0, argv[0]), joins(t), gets(f); });
  g.wait();
}
