// What has been sent is changed.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <memory>
#include <vector>
struct message {
  int number = 0;
  std::vector<int> parts;
  void renumber(int n) { number = n; }
};

void shared(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m); // note: "the same object is sent on 'out'"
  m->number = 1; // expect: chan-shared-after-send "what 'm' leads to is changed after it was sent"
}

void raw(runnel::channel<message *> out) {
  auto *m = new message;
  out.send(m);
  m->number += 1; // expect: chan-shared-after-send "'m'"
}

void address(runnel::channel<message *> out) {
  message m;
  out.send(&m);
  m.number = 2; // expect: chan-shared-after-send
  runnel::sleep_for(std::chrono::seconds(1));
}

void by_a_method(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m);
  m->renumber(3); // expect: chan-shared-after-send
}

void reused_in_a_loop(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  for (int i = 0; i < 3; ++i) {
    m->number = i; // expect: chan-shared-after-send
    out.send(m);
  }
}

void through_a_select(runnel::channel<message *> out, runnel::context ctx, message *m) {
  runnel::select(runnel::on_send(out, m), runnel::on_recv(ctx.done()));
  m->number = 4; // expect: chan-shared-after-send
}

void from_a_sender(runnel::sender<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m);
  m->parts.push_back(1); // expect: chan-shared-after-send
}
