// Loops over channels that nobody closes.
// flags: -isystem %runtime
#include <runnel/runnel.h>
int compute();

void range_for() {
  runnel::channel<int> jobs; // note: "'jobs' is made here"
  runnel::go([=] {
    for (int job : jobs) // expect: chan-never-closed "this loop over 'jobs' never ends"
      (void)job;
  });
  jobs.send(1); // note: "values are sent here"
}

void while_receives() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    while (auto job = jobs.recv()) // expect: chan-never-closed
      (void)job;
  });
  jobs.send(compute());
}

static void consume(runnel::channel<int> from) {
  for (int v : from) // expect: chan-never-closed "'results'"
    (void)v;
}

void in_a_function() {
  runnel::channel<int> results;
  runnel::go(consume, results);
  for (int i = 0; i < 10; ++i)
    results.send(i);
}

void receiver_in_main() {
  runnel::channel<int> results;
  for (int i = 0; i < 3; ++i)
    runnel::go([=] { results.send(i); });
  for (int v : results) // expect: chan-never-closed
    (void)v;
}

class Pool {
public:
  void start() {
    runnel::go([this] {
      for (int t : tasks_) // expect: chan-never-closed "'tasks_'"
        (void)t;
    });
  }
  void submit(int t) { tasks_.send(t); }

private:
  runnel::channel<int> tasks_; // note: "is declared here"
};
