// Loops that never notice the end.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void handle(int);
void work();

void endless() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (;;) {
      auto job = jobs.recv(); // expect: chan-ignored-closed "does not ask whether 'jobs' is closed"
      handle(*job);
    }
  });
  jobs.send(1);
  jobs.close(); // note: "'jobs' is closed here"
}

void at_once() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    while (true)
      handle(*jobs.recv()); // expect: chan-ignored-closed
  });
  jobs.close();
}

void signals() {
  runnel::channel<void> wake;
  runnel::go([=] {
    for (;;) {
      wake.recv(); // expect: chan-ignored-closed
      work();
    }
  });
  wake.send();
  wake.close();
}

static void serve(runnel::channel<int> jobs) {
  while (true) {
    auto job = jobs.recv(); // expect: chan-ignored-closed
    handle(*job);
  }
}

void in_a_function() {
  runnel::channel<int> jobs;
  runnel::go(serve, jobs);
  jobs.close();
}

class Server {
public:
  void run() {
    for (;;) {
      int job = *jobs_.recv(); // expect: chan-ignored-closed "'jobs_'"
      handle(job);
    }
  }
  void stop() { jobs_.close(); }

private:
  runnel::channel<int> jobs_;
};
