// Threads that come to their own join.
#include <atomic>
#include <thread>

class Agent {
public:
  void start() {
    worker_ = std::thread([this] { loop(); }); // note: "'worker_' is started here"
  }
  void stop() {
    quit_ = true;
    worker_.join(); // expect: thread-joins-itself "the thread 'worker_' comes here itself"
  }

private:
  void loop() {
    while (!quit_)
      if (!serve())
        stop(); // note: "it calls 'Agent::stop' here"
  }
  bool serve();
  std::atomic<bool> quit_{false};
  std::thread worker_;
};

class Direct {
public:
  Direct() : worker_(&Direct::run, this) {}

private:
  void run() {
    if (failed())
      close();
  }
  void close() {
    if (worker_.joinable())
      worker_.join(); // expect: thread-joins-itself "would wait for its own end"
  }
  bool failed();
  std::thread worker_;
};
