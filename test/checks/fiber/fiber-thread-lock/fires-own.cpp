// A project's own tasks and mailboxes, told of in its .runnel.yaml.
//--- .runnel.yaml
vocabulary:
  types:
    - name: acme::Mailbox
      is: channel
      traits: fiber-aware
      element: 0
      methods:
        put: send value=0
        take: recv
        shut: close
  functions:
    acme::task: spawn goroutine callable=0
    acme::pass: suspend yield
//--- main.cpp
#include <mutex>
namespace acme {
template <class T> struct Mailbox {
  void put(T v);
  T take();
  void shut();
};
template <class F> void task(F f) {}
void pass();
} // namespace acme

std::mutex table_lock;
acme::Mailbox<int> box;

void puts_under_lock() {
  std::lock_guard hold(table_lock);
  box.put(1); // expect: fiber-thread-lock "a send to 'box'"
}
void passes() {
  std::lock_guard hold(table_lock);
  acme::pass(); // expect: fiber-thread-lock "'acme::pass'"
}
int main() {
  acme::task(puts_under_lock);
  acme::task([] { passes(); });
}
