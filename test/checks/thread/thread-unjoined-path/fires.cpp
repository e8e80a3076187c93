// Threads that some path destroys while they are joinable.
#include <vector>
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

int check(int);
void several(int n) {
  std::vector<std::thread> all;
  for (int i = 0; i < n; ++i)
    all.emplace_back(work); // expect: thread-unjoined-path "the threads of 'all'"
  if (check(n) < 0)
    return; // note: "they are destroyed here"
  for (auto &t : all)
    t.join();
}

void thrown(int port) {
  std::thread t(work); // expect: thread-unjoined-path "'t'"
  if (port < 0)
    throw port; // note: "this exception destroys it"
  t.join();
}
