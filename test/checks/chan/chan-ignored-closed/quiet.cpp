// Loops that do, or need not.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <optional>
void handle(int);
void handle_any(std::optional<int>);
bool more();
void work();

void range_for() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (int job : jobs) // trap: it ends with the channel
      handle(job);
  });
  jobs.close();
}

void asks() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (;;) {
      auto job = jobs.recv(); // trap: asked below
      if (!job)
        return;
      handle(*job);
    }
  });
  jobs.close();
}

void asks_in_the_head() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    while (auto job = jobs.recv()) // trap
      handle(*job);
  });
  jobs.close();
}

void asks_the_signal() {
  runnel::channel<void> wake;
  runnel::go([=] {
    while (wake.recv()) // trap
      work();
  });
  wake.close();
}

void has_value() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (;;) {
      auto job = jobs.recv(); // trap
      if (job.has_value())
        handle(*job);
      else
        break;
    }
  });
  jobs.close();
}

void hands_on() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (;;) {
      auto job = jobs.recv(); // trap: somebody else may ask
      handle_any(job);
    }
  });
  jobs.close();
}

void never_closed(runnel::channel<int> jobs) {
  for (;;)
    handle(*jobs.recv()); // trap: nobody is seen to close it
}

void own_condition() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    while (more()) {
      auto job = jobs.recv(); // trap: the loop knows when to end
      handle(*job);
    }
  });
  jobs.close();
}

void counted() {
  runnel::channel<int> jobs;
  runnel::go([=] {
    for (int i = 0; i < 3; ++i)
      handle(*jobs.recv()); // trap: three times
  });
  jobs.close();
}

void once() {
  runnel::channel<void> done;
  runnel::go([=] {
    done.recv(); // trap: no loop
    work();
  });
  done.close();
}

void outside(runnel::channel<int> jobs) {
  runnel::go([=] { jobs.close(); });
  for (;;) {
    auto job = jobs.recv(); // trap: it is asked, if late
    work();
    if (!job)
      return;
  }
}
