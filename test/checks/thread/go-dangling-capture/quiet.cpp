// Goroutines that end in time, or own what they use.
// flags: -isystem %runtime
#include <atomic>
#include <mutex>
#include <vector>
#include <runnel/runnel.h>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
void use(int);
void use(const std::string &);
void wait_for_all();

void by_value() {
  int n = 1;
  runnel::go([=] { use(n); }); // trap: a copy
}

void waited_for() {
  int n = 1;
  runnel::wait_group wg;
  wg.go([&] { use(n); });
  wg.wait(); // trap
}

void received() {
  int n = 1;
  runnel::channel<void> done;
  runnel::go([&] {
    use(n);
    done.close();
  });
  done.recv(); // trap: waits for the goroutine
}

void by_group() {
  int n = 1;
  runnel::group g;
  g.go([&] { use(n); }); // trap: the group waits when it goes
}

void joined() {
  int n = 1;
  auto handle = runnel::spawn([&] { use(n); });
  handle.join(); // trap
}

void by_other_code() {
  int n = 1;
  runnel::go([&] { use(n); });
  wait_for_all(); // trap: may wait for it
}

void lives_for_ever() {
  static int n = 1;
  runnel::go([&] { use(n); }); // trap: static
}

void referred(int &n) {
  runnel::go([&] { use(n); }); // trap: the caller's
}

void owned_pointer() {
  auto owner = std::make_shared<int>(1);
  runnel::go([owner] { use(*owner); }); // trap: shared with it
}

void pointer_from_elsewhere(int *p) {
  runnel::go([p] { use(*p); }); // trap: the caller knows how long it lives
}

void pointer_to_heap() {
  int *p = new int(1);
  runnel::go([p] {
    use(*p); // trap: not a local
    delete p;
  });
}

void view_of_a_literal() {
  std::string_view view = "for ever";
  runnel::go([view] { use(view.size()); }); // trap: literals stay
}

struct Node {
  Node *next;
};
void member_pointer(Node n) {
  runnel::go([next = n.next] { use(next != nullptr); }); // trap: not into n
}

void value_as_argument() {
  int n = 1;
  runnel::go([](int v) { use(v); }, n); // trap: copied
}

void joined_thread() {
  int n = 1;
  std::thread t([&] { use(n); });
  t.join(); // trap: joined
}

void waits_before_it_detaches() {
  int n = 1;
  runnel::channel<void> done;
  std::thread t([&] {
    use(n);
    done.close();
  });
  done.recv(); // trap: the thread is done with it
  t.detach();
}

void detached_with_copies() {
  int n = 1;
  std::thread([n] { use(n); }).detach(); // trap: a copy
}

int main() {
  int n = 1;
  runnel::go([&] { use(n); }); // trap: as long as the program
}

void each_its_own() {
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i)
    all.emplace_back([i] { use(i); }); // trap: a copy
  for (auto &t : all)
    t.join();
}

void inside(const std::vector<int> &in) {
  std::vector<std::thread> all;
  for (size_t i = 0; i < in.size(); ++i) {
    int mine = in[i];
    std::thread t([&] { use(mine); });
    t.join(); // trap: joined before the next round
  }
}

void after_the_join() {
  int n = 1;
  std::thread t([&] { n = 2; });
  t.join();
  n = 3; // trap: the thread is over
}

void before_the_start() {
  int n = 1;
  n = 2; // trap
  std::thread t([&] { use(n); });
  t.join();
}

void under_a_lock() {
  std::mutex m;
  int n = 1;
  std::thread t([&] {
    std::lock_guard hold(m);
    use(n);
  });
  {
    std::lock_guard hold(m);
    n = 2; // trap: the thread locks as well
  }
  t.join();
}

void shared_on_purpose() {
  std::atomic<int> n{1};
  std::thread t([&] { use(n); });
  n = 2; // trap: atomic
  t.join();
}

void elements(std::vector<std::string> names) {
  runnel::wait_group all;
  for (const std::string &name : names)
    all.go([&] { use(name); }); // trap: the vector's own
  all.wait();
}
void waited_each_time(std::vector<std::string> names) {
  for (std::string name : names) {
    runnel::group one;
    one.go([&] { use(name); }); // trap: waited for in the round
    one.wait();
  }
}
void joined_each_time(std::vector<int> ids) {
  for (int id : ids) {
    std::jthread one([&] { use(id); }); // trap: joins before the round ends
  }
}
void outside(std::vector<int> ids) {
  runnel::wait_group all;
  const int base = 1;
  for (int id : ids)
    all.go([&base, id] { use(base + id); }); // trap: lives as long as the wait
  all.wait();
}
