// What has been sent is left alone.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
struct message {
  int number = 0;
  int get() const { return number; }
  std::shared_ptr<message> next;
};
struct counter {
  std::mutex mu;
  int n = 0;
  void add() {
    std::scoped_lock hold(mu);
    ++n;
  }
};
struct shared_flag {
  std::atomic<bool> set = false;
};

void before(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  m->number = 1; // trap: before it is sent
  out.send(m);
}

void only_reads(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m);
  if (m->get() == 3) // trap: a look
    return;
}

void another_one(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m);
  m = std::make_shared<message>();
  m->number = 2; // trap: it is another object by now
}

void new_in_each_round(runnel::channel<std::shared_ptr<message>> out) {
  for (int i = 0; i < 3; ++i) {
    auto m = std::make_shared<message>();
    m->number = i; // trap: each round has its own
    out.send(m);
  }
}

void values(runnel::channel<message> out) {
  message m;
  out.send(m);
  m.number = 3; // trap: a copy was sent
}

void strings(runnel::channel<std::string> out) {
  std::string s = "a";
  out.send(s);
  s += "b"; // trap: a copy was sent
}

void moved(runnel::channel<std::unique_ptr<message>> out) {
  auto m = std::make_unique<message>();
  out.send(std::move(m));
  m = std::make_unique<message>();
  m->number = 1; // trap: given away, and another made
}

void locks_itself(runnel::channel<counter *> out, counter *c) {
  out.send(c);
  c->add(); // trap: made to be shared
}

void atomic(runnel::channel<std::shared_ptr<shared_flag>> out) {
  auto f = std::make_shared<shared_flag>();
  out.send(f);
  f->set = true; // trap: an atomic
}

void answered(runnel::channel<message *> out, runnel::channel<void> done) {
  message m;
  out.send(&m);
  done.recv();
  m.number = 4; // trap: the receiver has said that it is done
}

void joined(runnel::channel<message *> out) {
  message m;
  runnel::wait_group wg;
  wg.go([=] { out.recv(); });
  out.send(&m);
  wg.wait();
  m.number = 5; // trap: nobody reads it any more
}

void locked(runnel::channel<message *> out, std::mutex &mu, message *m) {
  out.send(m);
  std::scoped_lock hold(mu);
  m->number = 6; // trap: both sides lock, it seems
}

void constant(runnel::channel<const message *> out, message other) {
  const message m;
  out.send(&m);
  other.number = 7; // trap: something else
}
