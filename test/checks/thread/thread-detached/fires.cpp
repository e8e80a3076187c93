// Threads that nobody can wait for.
#include <thread>
void work();

void named() {
  std::thread t(work);
  t.detach(); // expect: thread-detached "'t'"
}

struct Owner {
  ~Owner() { worker.detach(); } // expect: thread-detached "'worker'"
  std::thread worker{work};
};
