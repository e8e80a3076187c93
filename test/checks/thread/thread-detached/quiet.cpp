// Threads that somebody waits for.
#include <thread>
void work();

void joined() {
  std::thread t(work);
  t.join(); // trap: waited for
}

void joins_itself() {
  std::jthread t(work); // trap: joins when it goes
}

std::thread handed_on() {
  std::thread t(work);
  return t; // trap: the caller's to join
}

struct Owner {
  ~Owner() { worker.join(); } // trap
  std::thread worker{work};
};

struct Other {
  void detach(); // trap: no thread at all
};

void other(Other &o) { o.detach(); }
