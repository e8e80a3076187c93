// Threads that somebody waits for.
#include <thread>
#include <utility>
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

// trap: a class that is itself a handle of a thread hands the wish on
class Handle {
public:
  explicit Handle(void (*body)()) : thread_(body) {}
  void detach() { thread_.detach(); }
  void join() { thread_.join(); }
  bool joinable() const { return thread_.joinable(); }

private:
  std::thread thread_;
};

// trap: moved on to somebody who waits
void moved(std::thread &into) {
  std::thread t(work);
  into = std::move(t);
}
