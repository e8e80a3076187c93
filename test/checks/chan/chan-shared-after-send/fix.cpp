// A copy is sent.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <memory>
#include <type_traits>
struct message {
  int number = 0;
  double weight = 0;
};

void shared(runnel::channel<std::shared_ptr<message>> out) {
  auto m = std::make_shared<message>();
  out.send(m);
  m->number = 1; // expect: chan-shared-after-send
}
// CHECK-FIX: out.send(std::make_shared<std::remove_cvref_t<decltype(*m)>>(*m));
