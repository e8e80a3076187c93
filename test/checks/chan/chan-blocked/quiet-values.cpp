// What is known of values: where they are kept, and what conditions ask.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

void handle(int);
void keep(std::function<void()>);

namespace named_case {
// The case that has won brought a value: nobody closes the channel.
struct Monitor {
  std::vector<std::function<void(int)>> handlers;
  runnel::channel<int> events;
  void run(runnel::receiver<void> stop) {
    for (;;) {
      auto quit = runnel::on_recv(stop);
      auto event = runnel::on_recv(events);
      if (runnel::select(quit, event) == quit)
        return;
      if (event)
        for (auto &h : handlers)
          h(*event);
    }
  }
};
void run() {
  auto m = std::make_shared<Monitor>();
  runnel::channel<bool> done(1);
  m->handlers.push_back([&](int) { done.send(true); });
  runnel::channel<void> stop;
  runnel::go([m, stop] { m->run(stop); });
  m->events.send(0);
  done.recv(); // trap: the handler is called
  stop.close();
}
} // namespace named_case

namespace base_class {
// Its capacity is given where the base is constructed.
struct Buffered {
  runnel::channel<int> data{2};
};
struct Derived : Buffered {
  void push() { data.send(1); }
};
void run() {
  Derived d;
  d.push(); // trap: room for two
  d.push();
}
struct Delegating {
  runnel::channel<int> data;
  explicit Delegating(int) : data(2) {}
  Delegating() : Delegating(1) {}
};
void delegates() {
  Delegating d;
  d.data.send(1); // trap: room for two
  d.data.send(2);
}
} // namespace base_class

namespace enumerators {
enum class State { idle, ready };
struct Machine {
  std::atomic<State> state{State::ready};
  runnel::channel<int> out;
  void step() {
    switch (state) {
    case State::idle:
      break;
    case State::ready:
      out.send(1);
      break;
    }
  }
};
void run() {
  Machine m;
  runnel::go([&] { handle(*m.out.recv()); });
  m.step();
}
} // namespace enumerators

namespace contexts {
// A context that nobody has cancelled has no error.
void consume(runnel::context ctx, runnel::channel<int> in) {
  while (!ctx.err()) {
    auto v = runnel::on_recv(in);
    auto ended = runnel::on_recv(ctx.done());
    if (runnel::select(v, ended) == ended || !v)
      return;
    handle(*v);
  }
}
void run() {
  runnel::channel<int> c;
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::wait_group wg;
  wg.go([c, ctx = ctx] { consume(ctx, c); });
  c.send(1); // trap: the consumer has not left yet
  cancel();
  wg.wait();
}
} // namespace contexts

namespace nil {
struct Options {
  runnel::channel<int> progress{nullptr};
};
void run() {
  Options o;
  if (o.progress)
    o.progress.send(1); // trap: not for one that is nil
}
} // namespace nil

namespace temporaries {
// What a temporary is given, others have.
struct Job {
  runnel::wait_group *wg;
  int id;
};
void finish(Job j) {
  handle(j.id);
  j.wg->done();
}
void spawned() {
  runnel::wait_group wg;
  wg.add(2);
  runnel::go(finish, Job{&wg, 0});
  runnel::go(finish, Job{&wg, 1});
  wg.wait(); // trap: by way of the pointer
}

struct Call {
  Call(int key, runnel::channel<int> reply) : key_(key), reply_(reply) {}
  int key_;
  runnel::channel<int> reply_;
};
void sent() {
  runnel::channel<Call> calls;
  runnel::go([calls] {
    for (auto call : calls)
      call.reply_.send(call.key_);
  });
  for (int i = 0; i < 2; ++i) {
    runnel::channel<int> reply;
    calls.send(Call(i, reply));
    handle(*reply.recv()); // trap: every call has a reply of its own
  }
  calls.close();
}

void drain(std::vector<runnel::channel<int>> all) {
  for (auto &each : all)
    for (int v : each)
      handle(v);
}
void listed() {
  runnel::channel<int> a, b;
  runnel::go([a, b] { drain({a, b}); });
  a.send(1); // trap: drain() receives from both
  b.send(2);
  a.close();
  b.close();
}
} // namespace temporaries

namespace shared_wait_group {
void merge(std::vector<runnel::channel<int>> ins) {
  runnel::channel<int> out;
  auto wg = std::make_shared<runnel::wait_group>();
  for (auto &in : ins) {
    wg->add(1);
    runnel::go([in, out, wg] {
      for (int v : in)
        out.send(v);
      wg->done();
    });
  }
  runnel::go([wg, out] {
    wg->wait(); // trap: counted down by way of the pointer
    out.close();
  });
  for (int v : out)
    handle(v);
}
} // namespace shared_wait_group

namespace wait_in_a_loop {
// A wait whose condition may not hold lets the lock go.
struct Worker {
  runnel::mutex mu;
  runnel::condition_variable cv;
  bool stop = false;
  int pending = 0;
  void loop() {
    std::unique_lock hold(mu);
    while (!stop) {
      cv.wait(hold, [&] { return stop || pending > 0; });
      pending = 0;
    }
  }
  void add() {
    std::scoped_lock hold(mu); // trap: taken while the worker waits
    ++pending;
    cv.notify_one();
  }
  void end() {
    std::scoped_lock hold(mu);
    stop = true;
    cv.notify_all();
  }
};
void run() {
  Worker w;
  runnel::wait_group wg;
  wg.go([&] { w.loop(); });
  w.add();
  w.end();
  wg.wait();
}
} // namespace wait_in_a_loop

namespace out_of_sight {
// A number that a lambda refers to, kept by code that is not here.
void run() {
  runnel::channel<int> c(1);
  int n = 0;
  auto set = [&] { n = 1; };
  keep(set);
  n = 2; // trap: it has no value to be written over
  if (n > 1)
    c.send(n);
}
} // namespace out_of_sight

namespace copies {
// A copy has the same channels.
struct Pipe {
  int id;
  runnel::channel<int> data;
};
void run() {
  Pipe a{1, {}};
  Pipe b = a;
  runnel::go([b] { b.data.send(b.id); });
  handle(*a.data.recv()); // trap: b has the other end
}
void received(runnel::channel<Pipe> pipes) {
  auto pipe = pipes.recv();
  if (pipe)
    pipe->data.send(1); // trap: whoever sent it has the other end
}
void use() {
  runnel::channel<Pipe> pipes(1);
  pipes.send(Pipe{2, runnel::channel<int>(1)});
  received(pipes);
}
} // namespace copies
