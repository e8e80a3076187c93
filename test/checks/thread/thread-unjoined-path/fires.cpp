// Threads that some path destroys while they are joinable.
#include <thread>
void work();
bool ready();

void early_return() {
  std::thread t(work); // expect: thread-unjoined-path "'t'"
  if (!ready())
    return;
  t.join();
}

void never() {
  std::thread worker([] { work(); }); // expect: thread-unjoined-path "'worker'"
}

int in_a_branch(int n) {
  std::thread t(work); // expect: thread-unjoined-path
  if (n > 0) {
    t.join();
    return n;
  }
  return 0;
}
