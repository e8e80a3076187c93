// Many threads of one function are one decision, and one finding.
#include <thread>
void listen();
void measure();
void clean();
void report();

int serve() {
  std::thread listener(listen);
  listener.detach(); // expect: thread-detached "'listener'"
  std::thread meter(measure);
  meter.detach(); // note: "'meter' is detached, too"
  std::thread cleaner(clean);
  cleaner.detach(); // note: "'cleaner' is detached, too"
  std::thread reporter(report);
  reporter.detach(); // note: "'reporter' is detached, too"
  return 0;
}

// Two are two.
void both() {
  std::thread listener(listen);
  listener.detach(); // expect: thread-detached "'listener'"
  std::thread meter(measure);
  meter.detach(); // expect: thread-detached "'meter'"
}
