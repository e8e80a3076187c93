// Goroutines that outlive what they captured.
// flags: -isystem %runtime
#include <future>
#include <runnel/runnel.h>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
void use(int);
void use(const std::string &);

void local() {
  int n = 1;
  runnel::go([&] { use(n); }); // expect: go-dangling-capture "'n'"
}

void parameter(std::string text) {
  runnel::go([&text] { use(text); }); // expect: go-dangling-capture "'text'"
}

void on_one_path(bool wait) {
  int n = 1;
  runnel::channel<void> done;
  runnel::go([&, done] { // a trap for readers: waited for only sometimes
    use(n); // expect: go-dangling-capture "'n'"
    done.close();
  });
  if (wait)
    done.recv();
}

void pointer_to_local() {
  int n = 1;
  int *p = &n;
  runnel::go([p] { use(*p); }); // expect: go-dangling-capture "'p' refers to 'n'"
}

void view_of_local() {
  std::string text = "text";
  std::string_view view = text;
  runnel::go([view] { use(view.size()); }); // expect: go-dangling-capture "'view' refers to 'text'"
}

void view_made_in_the_capture() {
  std::string text = "text";
  runnel::go([view = std::string_view(text)] { use(view.size()); }); // expect: go-dangling-capture "refers to 'text'"
}

void characters_of_local() {
  std::string text = "text";
  runnel::go([chars = text.c_str()] { use(*chars); }); // expect: go-dangling-capture "'chars' refers to 'text'"
}

void change(int &);
void reference_as_argument() {
  int n = 1;
  runnel::go(change, std::ref(n)); // expect: go-dangling-capture "a way to 'n'"
}

void detached() {
  int n = 1;
  std::thread([&] { use(n); }).detach(); // expect: go-dangling-capture "by a detached thread"
}

void detached_by_name(int n) {
  std::thread t([&n] { use(n); }); // expect: go-dangling-capture "'n'"
  t.detach();
}

void detached_with_argument() {
  int n = 1;
  std::thread t(change, std::ref(n)); // expect: go-dangling-capture "a detached thread gets a way to 'n'"
  t.detach();
}

void group_of_the_caller(runnel::wait_group &wg) {
  int n = 1;
  wg.go([&] { use(n); }); // expect: go-dangling-capture "'n'"
}

void each_round() {
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i)
    all.emplace_back([&i] { use(i); }); // expect: go-dangling-capture "changed while the thread runs"
  for (auto &t : all)
    t.join();
}

void behind_its_back() {
  int n = 1;
  std::thread t([&] { use(n); }); // expect: go-dangling-capture "'n'"
  n = 2; // note: "changed here"
  t.join();
}

void task() {
  int n = 1;
  auto done = std::async(std::launch::async, [&n] { use(n); }); // expect: go-dangling-capture "by a task"
  ++n;
  done.get();
}

void each(std::vector<int> ids) {
  runnel::wait_group all;
  for (int id : ids)
    all.go([&] { use(id); }); // expect: go-dangling-capture "'id' is captured by reference by a goroutine, and is gone when this round of the loop ends"
  all.wait();
}
void each_name(std::vector<std::string> names) {
  runnel::group all;
  for (std::string name : names) // note: "each round has a 'name' of its own"
    all.go([&] { use(name); }); // expect: go-dangling-capture "'name'"
  all.wait();
}
void in_the_body(int n) {
  std::vector<std::jthread> all;
  for (int i = 0; i < n; ++i) {
    std::string text(i, '-');
    all.emplace_back([&text] { use(text); }); // expect: go-dangling-capture "'text'"
  }
}
