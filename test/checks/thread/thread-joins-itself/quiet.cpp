// Threads that are joined by others.
#include <atomic>
#include <thread>
#include <vector>

class Agent {
public:
  void start() {
    worker_ = std::thread([this] { loop(); });
  }
  void stop() {
    quit_ = true;
    worker_.join(); // trap: only from outside
  }

private:
  void loop() {
    while (!quit_)
      if (!serve())
        return;
  }
  bool serve();
  std::atomic<bool> quit_{false};
  std::thread worker_;
};

class Asks {
public:
  Asks() : worker_([this] { loop(); }) {}
  void stop() {
    quit_ = true;
    if (std::this_thread::get_id() != worker_.get_id())
      worker_.join(); // trap: not by itself
  }

private:
  void loop() {
    while (!quit_)
      if (!serve())
        stop();
  }
  bool serve();
  std::atomic<bool> quit_{false};
  std::thread worker_;
};

class Crew {
public:
  void start() {
    for (int i = 0; i < 3; ++i)
      crew_.emplace_back([this, i] { work(i); });
  }

private:
  void work(int i) {
    if (i > 0)
      return;
    for (unsigned n = 1; n < crew_.size(); ++n)
      crew_[n].join(); // trap: the first joins the others
  }
  std::vector<std::thread> crew_;
};

// Two threads, of which one stops the other.
class Two {
public:
  Two() : first_([this] { watch(); }), second_([this] { serve(); }) {}

private:
  void watch() { second_.join(); } // trap: the other
  void serve();
  std::thread first_, second_;
};

// Another object's.
class Parent;
class Child {
public:
  void stop() { worker_.join(); }
  void start(Child &other) {
    worker_ = std::thread([&other] { other.stop(); }); // trap: another object
  }

private:
  std::thread worker_;
};
