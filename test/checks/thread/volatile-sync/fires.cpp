// volatile in place of atomic.
#include <thread>
void work();

class Worker {
  volatile bool stop_ = false; // expect: volatile-sync "'stop_' is shared between threads and only volatile"
  std::thread thread_;

public:
  void start() {
    thread_ = std::thread([this] {
      while (!stop_) // note: "a thread uses it here"
        work();
    });
  }
  void stop() {
    stop_ = true; // note: "and others use it here"
    thread_.join();
  }
};

static volatile int counter = 0; // expect: volatile-sync "'counter'"
void counts() {
  std::thread t([] { counter = counter + 1; });
  counter = 2;
  t.join();
}

void locals() {
  volatile bool ready = false; // expect: volatile-sync "'ready'"
  std::thread t([&] {
    while (!ready)
      std::this_thread::yield();
  });
  ready = true;
  t.join();
}

struct Node {};
volatile bool quit; // expect: volatile-sync "'quit'"
void loop() {
  while (!quit)
    work();
}
void run() {
  std::thread t(loop);
  quit = true;
  t.join();
}

class Deep {
  volatile int state_ = 0; // expect: volatile-sync "'state_'"
  void step() { state_ = 1; }
  void main() { step(); }

public:
  void go() {
    std::thread t(&Deep::main, this);
    if (state_ == 1)
      work();
    t.join();
  }
};
