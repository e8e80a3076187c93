// Protocols of channels, locks, wait groups and contexts in which somebody waits for ever.
// flags: -isystem %runtime
#include <map>
#include <runnel/runnel.h>

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

int compute();
bool failed();

namespace receiver_times_out {
// The classic: the answer comes after the caller has gone.
int ask() {
  runnel::channel<int> answer;
  runnel::go([=] {
    answer.send(compute()); // expect: chan-blocked "to send on 'answer'"
  });
  auto in = on_recv(answer);
  auto late = on_timeout(1s);
  if (auto won = runnel::select(in, late); won == in)
    return *in;
  return -1;
}
} // namespace receiver_times_out

namespace receiver_returns_early {
int first_of_two() {
  runnel::channel<int> results;
  runnel::go([=] { results.send(1); }); // expect: chan-blocked "to send on 'results'"
  runnel::go([=] { results.send(2); }); // expect: chan-blocked "to send on 'results'"
  return *results.recv();
}

bool verify() {
  runnel::channel<std::string> errors;
  runnel::go([=] {
    errors.send("one"); // expect: chan-blocked "to send on 'errors'"
    errors.send("two");
  });
  if (failed())
    return false;
  errors.recv();
  errors.recv();
  return true;
}
} // namespace receiver_returns_early

namespace own_send {
void talk_to_oneself() {
  runnel::channel<int> c;
  c.send(1); // expect: chan-blocked "to send on 'c'"
  c.recv();
}

void too_small() {
  runnel::channel<int> c(1);
  c.send(1);
  c.send(2); // expect: chan-blocked "to send on 'c'"
}
} // namespace own_send

namespace never_closed {
void drain() {
  runnel::channel<int> jobs;
  runnel::wait_group wg;
  wg.go([=] {
    for (int job : jobs) // expect: chan-blocked "to receive from 'jobs'"
      (void)job;
  });
  jobs.send(1);
  jobs.send(2);
  wg.wait();
}
} // namespace never_closed

namespace lock_and_channel {
// One holds the lock while it sends; the other needs the lock to receive.
struct Store {
  runnel::mutex mu;
  runnel::channel<int> updates;
  void publish() {
    std::scoped_lock hold(mu);
    updates.send(1); // or here, depending on who comes first: one finding
  }
  void consume() {
    std::scoped_lock hold(mu);
    updates.recv(); // expect: chan-blocked "to receive from 'updates'"
  }
};

void run() {
  Store store;
  runnel::wait_group wg;
  wg.go([&] { store.publish(); });
  store.consume();
  wg.wait();
}
} // namespace lock_and_channel

namespace wait_groups {
void forgotten_done() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    if (failed())
      return;
    wg.done();
  });
  wg.wait(); // expect: chan-blocked "for 'wg' to count down"
}

void one_too_many() {
  runnel::wait_group wg;
  wg.add(3);
  for (int i = 0; i < 2; ++i)
    runnel::go([&] { wg.done(); });
  wg.wait(); // expect: chan-blocked "for 'wg' to count down"
}

void waits_before_it_drains() {
  runnel::channel<int> out;
  runnel::wait_group wg;
  for (int i = 0; i < 2; ++i)
    wg.go([&] { out.send(1); }); // expect: chan-blocked "to send on 'out'"
  wg.wait();
  out.recv();
  out.recv();
}
} // namespace wait_groups

namespace contexts {
void worker(runnel::context ctx, runnel::channel<int> in) {
  for (;;) {
    auto next = on_recv(in);
    auto done = on_recv(ctx.done());
    auto won = runnel::select(next, done); // expect: chan-blocked "in a select"
    if (won == done)
      return;
  }
}

void never_cancelled() {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::channel<int> in;
  runnel::go(worker, ctx, in);
  in.send(1);
  cancel.release();
}
} // namespace contexts

namespace condition_variables {
// The notification comes before anybody listens, and is lost.
void lost() {
  runnel::mutex m;
  runnel::condition_variable cv;
  runnel::wait_group wg;
  wg.go([&] {
    std::unique_lock hold(m);
    cv.wait(hold); // expect: chan-blocked "to be notified"
  });
  cv.notify_one();
  wg.wait();
}
} // namespace condition_variables

namespace two_stages {
// Each waits for the other to begin.
void crossed() {
  runnel::channel<int> there, back;
  runnel::go([=] {
    back.send(1);
    there.recv();
  });
  there.send(1); // expect: chan-blocked "to send on 'there'"
  back.recv();
}
} // namespace two_stages

namespace nil {
void receive() {
  runnel::channel<int> c = nullptr;
  runnel::channel<int> d;
  runnel::go([=] { d.send(1); }); // expect: chan-blocked "to send on 'd'"
  c.recv();
}
} // namespace nil

namespace shared {
// The classic mailbox of a server that has stopped: the question is never answered.
class Node {
public:
  int status() {
    runnel::channel<int> answer;
    questions_.send(answer); // expect: chan-blocked "to send on 'questions_'"
    return *answer.recv();
  }
  void run() {
    for (;;) {
      auto question = on_recv(questions_);
      auto stop = on_recv(stop_);
      auto won = runnel::select(question, stop);
      if (won == stop)
        return;
      (*question).send(1);
    }
  }
  void stop() { stop_.close(); }

private:
  runnel::channel<runnel::channel<int>> questions_;
  runnel::channel<void> stop_;
};

void test() {
  auto node = std::make_shared<Node>();
  runnel::go([=] { node->run(); });
  runnel::go([=] { node->status(); });
  node->stop();
}
} // namespace shared

namespace exceptions {
// The error leaves before the answer is taken.
int check(int);
int ask(int n) {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(check(n)); }); // expect: chan-blocked "'exceptions::ask', its only other user, has left"
  if (n < 0)
    throw std::invalid_argument("n");
  return *answer.recv();
}

// A helper throws for its caller.
void demand(int n) {
  if (n == 0)
    throw std::invalid_argument("zero");
}
int ask_checked(int n) {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(check(n)); }); // expect: chan-blocked
  demand(n);
  return *answer.recv();
}
} // namespace exceptions

namespace flags {
// Stopped before it starts, for nothing resets the flag.
struct Pump {
  bool stopped = false;
  runnel::channel<int> out;
  void stop() { stopped = true; }
  void run() {
    if (!stopped)
      out.send(1);
  }
};
void never_runs() {
  Pump p;
  p.stop();
  runnel::go([&] { p.run(); });
  p.out.recv(); // expect: chan-blocked "to receive from 'out'"
}
} // namespace flags

namespace returned {
// Whoever calls gets a channel, and drops it.
runnel::receiver<int> start() {
  runnel::channel<int> ch;
  runnel::go([=] { ch.send(compute()); }); // expect: chan-blocked "to send on 'ch'"
  return ch;
}
void forget() { start(); }
} // namespace returned

namespace collections {
// The second of two is never received from.
void first_only() {
  std::vector<runnel::channel<int>> all;
  all.push_back(runnel::channel<int>());
  all.push_back(runnel::channel<int>());
  runnel::go([=] { all[0].send(1); });
  runnel::go([=] { all[1].send(1); }); // expect: chan-blocked "to send on"
  all[0].recv();
}
} // namespace collections

namespace counts {
void waits_in_the_loop(const std::vector<int> &items) {
  runnel::wait_group wg;
  wg.add(static_cast<int>(items.size()));
  for (int item : items) {
    runnel::go([&wg, item] {
      (void)item;
      wg.done();
    });
    wg.wait(); // expect: chan-blocked "for 'wg' to count down"
  }
}
} // namespace counts

namespace missing_unlock {
// An early return keeps the lock.
struct Table {
  std::mutex mu;
  bool closed = true;
  bool get() {
    mu.lock();
    if (closed)
      return false;
    mu.unlock();
    return true;
  }
  void put() {
    mu.lock(); // expect: chan-blocked "which it has locked and never unlocks"
    mu.unlock();
  }
};
void use() {
  Table t;
  t.get();
  t.put();
}
} // namespace missing_unlock

namespace notifier_needs_the_lock {
// The waiting one holds, besides its own, the lock that the notifier needs.
struct Queue {
  runnel::mutex workers, mu;
  runnel::condition_variable cond;
  int items = 0;
  void get() {
    std::scoped_lock outer(workers);
    std::unique_lock hold(mu);
    while (items == 0)
      cond.wait(hold); // expect: chan-blocked "on 'cond' to be notified"
  }
  void put() {
    std::scoped_lock outer(workers);
    std::scoped_lock hold(mu);
    ++items;
    cond.notify_one();
  }
};
void run() {
  Queue q;
  runnel::wait_group wg;
  wg.go([&] { q.get(); });
  wg.go([&] { q.put(); });
  wg.wait();
}
} // namespace notifier_needs_the_lock

namespace once_in_once {
struct Config {
  runnel::once once;
  int value = 0;
  void init() { value = get() + 1; }
  int get() {
    once.call([this] { init(); }); // expect: chan-blocked "can wait for ever for the call of 'once' to end"
    return value;
  }
};
void run() {
  Config c;
  c.get();
}
} // namespace once_in_once

namespace shared_pointer {
int slow();
int call() {
  auto answer = std::make_shared<runnel::channel<int>>();
  runnel::go([answer] {
    answer->send(slow()); // expect: chan-blocked "can wait for ever to send on 'answer'"
  });
  auto in = runnel::on_recv(*answer);
  auto late = runnel::on_timeout(std::chrono::seconds(1));
  return runnel::select(in, late) == in ? *in : -1;
}
} // namespace shared_pointer

namespace base_has_it {
struct Buffered {
  runnel::channel<int> data{1};
};
struct Derived : Buffered {};
void run() {
  Derived d;
  d.data.send(1);
  d.data.send(2); // expect: chan-blocked "can wait for ever to send on 'data'"
}
} // namespace base_has_it

namespace temporary {
// The request is made in place; its reply is forgotten on one path.
struct Request {
  int key;
  runnel::channel<int> reply;
};
void serve(runnel::channel<Request> in) {
  for (auto r : in) {
    if (r.key < 0)
      continue;
    r.reply.send(r.key);
  }
}
int ask(int key) {
  runnel::channel<Request> in;
  runnel::go(serve, in);
  runnel::channel<int> reply;
  in.send(Request{key, reply});
  int v = *reply.recv(); // expect: chan-blocked "can wait for ever to receive from 'reply'"
  in.close();
  return v;
}
} // namespace temporary
namespace explained {
// What the waiter holds, and who is stuck at it.
struct Server {
  void stop() {
    std::lock_guard hold(mu);
    updates.close();
    done.recv(); // expect: chan-blocked "to receive from 'done' while it holds 'mu', which the goroutine started at line
  }
  void start() {
    runnel::go([this] {
      while (updates.recv()) {
        std::lock_guard hold(mu); // note: "waits to lock 'mu'"
        ++seen;
      }
      done.close();
    });
  }
  runnel::mutex mu;
  runnel::channel<int> updates;
  runnel::channel<void> done;
  int seen = 0;
};
void serve() {
  Server server;
  server.start();
  server.updates.send(1);
  server.stop();
}

// A lock for reading that is kept by who has left.
void read_lock_kept() {
  runnel::shared_mutex table;
  runnel::channel<void> done;
  runnel::go([&] {
    table.lock_shared();
    done.close();
  });
  done.recv();
  table.lock(); // expect: chan-blocked "has locked for reading and never unlocks"
  table.unlock();
}

// Many of one kind are told once.
void many() {
  runnel::mutex mu;
  runnel::wait_group wg;
  for (int i = 0; i < 3; ++i)
    wg.go([&] {
      mu.lock(); // expect: chan-blocked "never unlocks"
    });
  wg.wait(); // note: "waits for 'wg' to count down"
}
} // namespace explained

namespace groups {
void waits_first() {
  runnel::channel<int> out;
  runnel::group g;
  g.go([&] { out.send(1); }); // expect: chan-blocked "can wait for ever to send on 'out'"
  g.wait(); // note: "for the goroutines of 'g' to end"
  out.recv();
}
// The exception of a sibling is kept for the wait: the sender is stuck.
void sibling_throws() {
  runnel::channel<int> rows;
  runnel::group g;
  g.go([rows] {
    for (int i = 0; i < 100; ++i)
      rows.send(i); // expect: chan-blocked "can wait for ever to send on 'rows'"
    rows.close();
  });
  g.go([rows] {
    for (int v : rows)
      if (v == 3)
        throw v;
  });
  g.wait();
}
} // namespace groups

namespace maps {
class Leases;
struct Backend {
  Leases *leases = nullptr;
  void erase(int key);
};
class Leases {
public:
  explicit Leases(Backend &b) : backend_(b) {}
  void grant(int id) {
    std::lock_guard hold(mu_);
    all_[id] = id;
  }
  bool has(int id) {
    std::lock_guard hold(mu_); // expect: chan-blocked "to lock 'mu_', which it holds itself"
    return all_.count(id) != 0;
  }
  void revoke(int id) {
    std::lock_guard hold(mu_);
    auto it = all_.find(id);
    if (it == all_.end())
      return;
    backend_.erase(id);
  }

private:
  Backend &backend_;
  runnel::mutex mu_;
  std::map<int, int> all_;
};
void Backend::erase(int key) { leases->has(key); }
void filled_by_index() {
  Backend backend;
  Leases leases(backend);
  backend.leases = &leases;
  leases.grant(1);
  runnel::wait_group wg;
  wg.go([&] { leases.revoke(1); });
  wg.wait();
}
} // namespace maps

namespace received {
// What runs on the loop calls the loop, and waits for it.
class Loop {
public:
  void run() {
    for (auto f : jobs_)
      f();
  }
  void call(std::function<void()> f) {
    runnel::channel<void> done;
    jobs_.send([f, done] { // expect: chan-blocked "can wait for ever to send on 'jobs_'"
      f();
      done.close();
    });
    done.recv();
  }

private:
  runnel::channel<std::function<void()>> jobs_;
};
void calls_itself() {
  Loop l;
  runnel::wait_group wg;
  wg.go([&] { l.run(); });
  l.call([&] { l.call([] {}); });
}
// The parts of what a function returns.
struct Stream {
  runnel::channel<bool> accepted;
};
Stream open() {
  Stream s;
  runnel::go([s] { s.accepted.send(true); });
  return Stream{s.accepted};
}
void asks_twice() {
  Stream s = open();
  s.accepted.recv();
  s.accepted.recv(); // expect: chan-blocked "can wait for ever to receive from 'accepted'"
}
} // namespace received

namespace returned {
struct Buffer {
  runnel::channel<bool> filled;
};
struct Reader {
  std::shared_ptr<Buffer> from;
};
Reader open() {
  auto buffer = std::make_shared<Buffer>();
  return Reader{buffer};
}
void reads() {
  Reader r = open();
  r.from->filled.recv(); // expect: chan-blocked "can wait for ever to receive from 'filled': nobody else uses it"
}
// How often is known from the call.
runnel::channel<int> source(int n) {
  runnel::channel<int> out;
  runnel::go([=] {
    for (int i = 0; i < n; ++i)
      out.send(i); // expect: chan-blocked "can wait for ever to send on 'out'"
    out.close();
  });
  return out;
}
bool consume(runnel::channel<int> in) {
  for (int v : in)
    if (v == 3)
      return false;
  return true;
}
void leaves_early() { consume(source(10)); }
} // namespace returned
