// Protocols that end, or of which not enough is known.
// flags: -isystem %runtime
#include <runnel/runnel.h>

#include <functional>
#include <memory>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::otherwise;

int compute();
bool failed();
void publish(runnel::channel<int>);

namespace receiver_times_out {
int buffered() {
  runnel::channel<int> answer(1); // trap: room for the answer nobody fetches
  runnel::go([=] { answer.send(compute()); });
  auto in = on_recv(answer);
  auto late = on_timeout(1s);
  if (auto won = runnel::select(in, late); won == in)
    return *in;
  return -1;
}

int with_done() {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::channel<int> answer;
  runnel::go([=, ctx = ctx] { // trap: the sender gives up with the context
    runnel::select(on_send(answer, compute()), on_recv(ctx.done()));
  });
  int got = -1;
  runnel::select(on_recv(answer, [&](std::optional<int> v) { got = *v; }), on_timeout(1s, [] {}));
  cancel();
  return got;
}
} // namespace receiver_times_out

namespace receives_all {
int both() {
  runnel::channel<int> results;
  runnel::go([=] { results.send(1); });
  runnel::go([=] { results.send(2); });
  return *results.recv() + *results.recv(); // trap: as many receives as sends
}

int counted(int n) {
  runnel::channel<int> results;
  for (int i = 0; i < n; ++i)
    runnel::go([=] { results.send(i); });
  int sum = 0;
  for (int i = 0; i < n; ++i) // trap: the same unknown number
    sum += *results.recv();
  return sum;
}

void many(const std::vector<int> &items) {
  runnel::channel<int> done;
  for (int item : items)
    runnel::go([=] { done.send(item); });
  for (std::size_t i = 0; i < items.size(); ++i) // trap: as often as the range-for
    done.recv();
}
} // namespace receives_all

namespace closed {
void drain() {
  runnel::channel<int> jobs;
  runnel::wait_group wg;
  wg.go([=] {
    for (int job : jobs)
      (void)job;
  });
  jobs.send(1);
  jobs.close(); // trap: closed, so the loop ends
  wg.wait();
}

void closed_by_another() {
  runnel::channel<int> jobs;
  runnel::wait_group senders;
  for (int i = 0; i < 2; ++i)
    senders.go([=] { jobs.send(i); });
  runnel::go([&] { // trap: closes when all have sent
    senders.wait();
    jobs.close();
  });
  for (int job : jobs)
    (void)job;
}

void while_it_yields(bool (*more)()) {
  runnel::channel<int> jobs;
  runnel::go([=] {
    while (more()) // trap: how often is not known, and does not matter
      jobs.send(1);
    jobs.close();
  });
  while (auto job = jobs.recv())
    (void)*job;
}
} // namespace closed

namespace lock_and_channel {
struct Store {
  runnel::mutex mu;
  runnel::channel<int> updates;
  int last = 0;
  void publish() {
    int next;
    {
      std::scoped_lock hold(mu); // trap: let go before the send
      next = ++last;
    }
    updates.send(next);
  }
  void consume() {
    int got = *updates.recv();
    std::scoped_lock hold(mu);
    last = got;
  }
};

void run() {
  auto store = std::make_shared<Store>();
  runnel::go([=] { store->publish(); });
  store->consume();
}
} // namespace lock_and_channel

namespace unknown_others {
void given_away() {
  runnel::channel<int> c;
  publish(c); // trap: somebody else may receive
  c.send(1);
}

runnel::receiver<int> generate(int n) {
  auto [out, in] = runnel::make_channel<int>();
  runnel::go([out = std::move(out), n] { // trap: the caller receives
    for (int i = 0; i < n; ++i)
      out.send(i);
  });
  return in;
}

struct Server {
  runnel::channel<int> requests;
  void serve() { // trap: others send
    for (int r : requests)
      (void)r;
  }
};

void parameter(runnel::channel<int> c) { c.send(1); } // trap: the caller's
} // namespace unknown_others

namespace wait_groups {
void done_on_all_paths() {
  runnel::wait_group wg;
  wg.add(1);
  runnel::go([&] {
    if (failed()) {
      wg.done(); // trap: on this path too
      return;
    }
    wg.done();
  });
  wg.wait();
}

void drained_meanwhile() {
  runnel::channel<int> out;
  runnel::wait_group wg;
  for (int i = 0; i < 2; ++i)
    wg.go([&] { out.send(1); });
  out.recv(); // trap: received before the wait
  out.recv();
  wg.wait();
}

void roomy() {
  runnel::channel<int> out(2);
  runnel::wait_group wg;
  for (int i = 0; i < 2; ++i)
    wg.go([&] { out.send(1); }); // trap: room for both
  wg.wait();
}
} // namespace wait_groups

namespace contexts {
void worker(runnel::context ctx, runnel::channel<int> in) {
  for (;;) {
    auto next = on_recv(in);
    auto done = on_recv(ctx.done());
    auto won = runnel::select(next, done);
    if (won == done)
      return;
  }
}

void cancelled_when_it_leaves() {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::channel<int> in;
  runnel::go(worker, ctx, in);
  in.send(1); // trap: the destructor of cancel cancels
}

void passes_by_itself() {
  auto [ctx, cancel] = runnel::with_timeout(runnel::context::background(), 1s);
  runnel::channel<int> in;
  runnel::go(worker, ctx, in);
  cancel.release(); // trap: the timeout still cancels
}
} // namespace contexts

namespace condition_variables {
void with_predicate() {
  runnel::mutex m;
  runnel::condition_variable cv;
  runnel::wait_group wg;
  bool ready = false;
  wg.go([&] {
    std::unique_lock hold(m);
    cv.wait(hold, [&] { return ready; }); // trap: the predicate holds by then
  });
  {
    std::scoped_lock hold(m);
    ready = true;
  }
  cv.notify_one();
  wg.wait();
}

void nobody_notifies() {
  runnel::mutex m;
  runnel::condition_variable cv;
  int tasks = 0;
  std::unique_lock hold(m);
  while (tasks > 0)
    cv.wait(hold); // trap: whether it sleeps at all is not known
}
} // namespace condition_variables

namespace conditions {
// Both sides ask the same question of the same variable.
void same(bool verbose) {
  runnel::channel<int> log;
  runnel::wait_group wg;
  if (verbose)
    wg.go([=] { log.send(1); });
  if (verbose) // trap: taken exactly when it was above
    log.recv();
  wg.wait();
}
} // namespace conditions

namespace defaults {
void tries() {
  runnel::channel<int> c;
  int v = 1;
  (void)c.try_send(v); // trap: does not wait
  (void)c.try_recv();
  runnel::select(on_recv(c, [](std::optional<int>) {}), otherwise([] {}));
  (void)c.recv_for(1ms); // trap: not for ever
}
} // namespace defaults

namespace shared {
class Node {
public:
  int status() {
    runnel::channel<int> answer;
    auto ask = on_send(questions_, answer);
    auto gone = on_recv(done_);
    if (runnel::select(ask, gone) == gone) // trap: gives up with the node
      return 0;
    return *answer.recv(); // trap: who took the question answers it
  }
  void run() {
    for (;;) {
      auto question = on_recv(questions_);
      auto stop = on_recv(stop_);
      auto won = runnel::select(question, stop);
      if (won == stop) {
        done_.close();
        return;
      }
      (*question).send(1);
    }
  }
  void stop() { stop_.close(); }

private:
  runnel::channel<runnel::channel<int>> questions_;
  runnel::channel<void> stop_, done_;
};

void test() {
  auto node = std::make_shared<Node>();
  runnel::go([=] { node->run(); });
  runnel::go([=] { node->status(); });
  node->stop();
}
} // namespace shared

namespace exceptions {
int check(int);
int ask(int n) {
  if (n < 0)
    throw std::invalid_argument("n"); // trap: nothing has been started
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(check(n)); });
  return *answer.recv();
}

int ask_buffered(int n) {
  runnel::channel<int> answer(1);
  runnel::go([=] { answer.send(check(n)); });
  if (n < 0)
    throw std::invalid_argument("n"); // trap: there is room
  return *answer.recv();
}

int caught(int n) {
  runnel::channel<int> answer;
  runnel::go([=] { answer.send(check(n)); });
  try {
    if (n < 0)
      throw std::invalid_argument("n");
  } catch (const std::invalid_argument &) {
  }
  return *answer.recv(); // trap: received in any case
}

void cancels(int n) {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::channel<int> answer;
  runnel::go([=, ctx = ctx] { runnel::select(on_send(answer, check(n)), on_recv(ctx.done())); });
  if (n < 0)
    throw std::invalid_argument("n"); // trap: leaving cancels
  answer.recv();
}

void unlocks(int n) {
  runnel::mutex mu;
  runnel::wait_group wg;
  wg.go([&] { std::scoped_lock hold(mu); });
  try {
    std::scoped_lock hold(mu);
    if (n < 0)
      throw std::invalid_argument("n"); // trap: leaving unlocks
  } catch (const std::invalid_argument &) {
  }
  wg.wait();
}
} // namespace exceptions

namespace flags {
struct Pump {
  bool stopped = false;
  runnel::channel<int> out;
  void run() {
    if (!stopped)
      out.send(1);
  }
};
void runs() {
  Pump p;
  runnel::go([&] { p.run(); });
  p.out.recv(); // trap: the flag is not set
}

class Once {
public:
  void stop() {
    std::scoped_lock hold(mu_);
    if (stopped_)
      return;
    stopped_ = true;
    done_.close(); // trap: once
  }
  void wait() { done_.recv(); }

private:
  runnel::mutex mu_;
  bool stopped_ = false;
  runnel::channel<void> done_;
};
void twice() {
  Once o;
  o.stop();
  o.stop();
  o.wait();
}

void by_reference() {
  runnel::channel<int> in;
  runnel::channel<void> stop;
  runnel::wait_group wg;
  wg.go([&] {
    bool on = true;
    while (on) // trap: the handler ends it
      runnel::select(on_recv(in, [](std::optional<int>) {}), on_recv(stop, [&] { on = false; }));
  });
  in.send(1);
  stop.close();
  wg.wait();
}
} // namespace flags

namespace returned {
runnel::receiver<int> start() {
  runnel::channel<int> ch;
  runnel::go([=] { ch.send(compute()); }); // trap: received by whoever called
  return ch;
}
int use() { return *start().recv(); }
} // namespace returned

namespace collections {
void each() {
  std::vector<runnel::channel<int>> all;
  all.push_back(runnel::channel<int>());
  all.push_back(runnel::channel<int>());
  for (auto &c : all)
    runnel::go([=] { c.send(1); });
  for (auto &c : all)
    c.recv(); // trap: one of each
}

void found() {
  std::map<int, runnel::channel<int>> waiting;
  runnel::channel<int> c;
  waiting.emplace(1, c);
  runnel::go([=] {
    auto it = waiting.find(1);
    if (it == waiting.end())
      return;
    it->second.send(1);
  });
  c.recv(); // trap: it is there
}
} // namespace collections

namespace counts {
void waits_after_the_loop(const std::vector<int> &items) {
  runnel::wait_group wg;
  wg.add(static_cast<int>(items.size()));
  for (int item : items)
    runnel::go([&wg, item] {
      (void)item;
      wg.done();
    });
  wg.wait(); // trap: as many as there are
}

void exactly() {
  runnel::channel<int> c(10);
  for (int i = 0; i < 10; ++i)
    c.send(i); // trap: ten fit
}
} // namespace counts

namespace unlocked {
struct Table {
  std::mutex mu;
  bool closed = true;
  bool get() {
    mu.lock();
    if (closed) {
      mu.unlock(); // trap
      return false;
    }
    mu.unlock();
    return true;
  }
};
void use() {
  Table t;
  t.get();
  t.get();
}

struct Wrapper {
  std::mutex mu;
  void lock() { mu.lock(); }
  void unlock() { mu.unlock(); }
};
void wrapped() {
  Wrapper w;
  w.lock();
  w.unlock();
  w.lock(); // trap: unlocked by the wrapper
  w.unlock();
}
} // namespace unlocked

namespace timers {
void rearmed(runnel::channel<void> stop) {
  runnel::timer t(1s);
  for (;;) {
    auto fired = on_recv(t.c());
    auto quit = on_recv(stop);
    if (runnel::select(fired, quit) == quit)
      return;
    t.reset(1s); // trap: it fires again
  }
}
} // namespace timers

namespace groups {
void waits_last() {
  runnel::channel<int> out;
  runnel::group g;
  g.go([&] { out.send(1); });
  out.recv();
  g.wait(); // trap: taken before
}
void throws_after_all() {
  runnel::channel<int> rows;
  runnel::group g;
  g.go([rows] {
    for (int i = 0; i < 100; ++i)
      rows.send(i); // trap: all are taken, and only then one is thrown
    rows.close();
  });
  g.go([rows] {
    int bad = 0;
    for (int v : rows)
      if (v == 3)
        bad = v;
    if (bad)
      throw bad;
  });
  g.wait();
}
// trap: the exception leaves the wait, and what comes after it does not happen
void thrown_out() {
  runnel::channel<int> never;
  runnel::group g;
  g.go([] { throw 1; });
  g.wait();
  never.recv();
}
// trap: a destructor of the program closes the channel on the way out
struct Closer {
  runnel::channel<void> done;
  ~Closer() { done.close(); }
};
int unwinds() {
  runnel::channel<int> spans;
  runnel::channel<void> done;
  runnel::go([=] {
    for (int i = 0; i < 20; ++i) {
      auto out = on_send(spans, i);
      auto end = on_recv(done);
      if (runnel::select(out, end) == end)
        return;
    }
    spans.close();
  });
  Closer closer{done};
  int n = 0;
  for (int s : spans) {
    if (s > 10)
      throw s;
    ++n;
  }
  return n;
}
} // namespace groups

namespace received {
struct Request {
  int value;
  runnel::channel<int> reply;
};
void serve(runnel::channel<Request> in) {
  for (const Request &r : in) {
    if (r.value < 0) {
      r.reply.send(-1); // trap: the channel that came with the request
      continue;
    }
    r.reply.send(r.value + 1);
  }
}
int call(runnel::channel<Request> c, int value) {
  Request r{value, {}};
  c.send(r);
  return *r.reply.recv();
}
int asks() {
  runnel::channel<Request> c;
  runnel::go([=] { serve(c); });
  int all = call(c, 1) + call(c, -1);
  c.close();
  return all;
}
// trap: what is received is run, and closes the channel
class Loop {
public:
  void run() {
    for (auto f : jobs_)
      f();
  }
  void call(std::function<void()> f) {
    runnel::channel<void> done;
    jobs_.send([f, done] {
      f();
      done.close();
    });
    done.recv();
  }
  void stop() { jobs_.close(); }

private:
  runnel::channel<std::function<void()>> jobs_;
};
void runs() {
  Loop l;
  runnel::wait_group wg;
  wg.go([&] { l.run(); });
  l.call([] {});
  l.stop();
  wg.wait();
}
// trap: who has seen the end does not go on to send
void forwards(runnel::context ctx, runnel::channel<int> in, runnel::channel<int> out) {
  for (;;) {
    auto v = on_recv(in);
    auto end = on_recv(ctx.done());
    if (runnel::select(v, end) == end || !v)
      return;
    out.send(*v);
  }
}
void one_value() {
  auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
  runnel::channel<int> in, out(1);
  runnel::wait_group wg;
  wg.go([=, ctx = ctx] { forwards(ctx, in, out); });
  in.send(1);
  cancel();
  wg.wait();
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
  runnel::go([buffer] { buffer->filled.send(true); });
  return Reader{buffer};
}
void reads() {
  Reader r = open();
  r.from->filled.recv(); // trap: who made it has somebody fill it
}
// trap: as many as the call says are taken
runnel::channel<int> source(int n) {
  runnel::channel<int> out;
  runnel::go([=] {
    for (int i = 0; i < n; ++i)
      out.send(i);
  });
  return out;
}
int takes(runnel::channel<int> in, int n) {
  int all = 0;
  for (int i = 0; i < n; ++i)
    all += *in.recv();
  return all;
}
void all_of_them() {
  takes(source(3), 3);
  takes(source(20), 20);
}
} // namespace returned
