// Threads told to stop through a plain variable.
#include <cstdio>
#include <thread>
bool step();

class Worker {
public:
  void start() {
    running_ = true;
    thread_ = std::thread([this] { loop(); });
  }
  void stop() {
    running_ = false; // note: "it is set here"
    thread_.join();
  }

private:
  void loop() {
    while (running_) // expect: thread-plain-flag "'running_' is looked at by a thread while another sets it"
      step();
  }
  bool running_ = false;
  std::thread thread_;
};

class Reader {
public:
  explicit Reader(FILE *f) : file_(f), thread_(&Reader::run, this) {}
  ~Reader() {
    stop_ = 1;
    finish();
  }

private:
  void finish() {
    if (thread_.joinable())
      thread_.join();
  }
  void run() {
    char line[80];
    for (;;) {
      if (stop_) // expect: thread-plain-flag "'stop_'"
        return;
      if (!fgets(line, sizeof line, file_))
        break;
    }
  }
  FILE *file_;
  int stop_ = 0;
  std::thread thread_;
};

static bool quit;
static void background() {
  while (!quit) // expect: thread-plain-flag "'quit'"
    step();
}
int serve() {
  std::thread t(background);
  step();
  quit = true;
  t.join();
  return 0;
}
