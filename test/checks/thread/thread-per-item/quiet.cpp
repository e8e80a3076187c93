// Threads whose number is a choice.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>
void handle(int);

void workers(int n) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([] { handle(1); }); // trap: a number of workers
  for (auto &t : threads)
    t.join();
}

void four() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(handle, i); // trap: four
  for (auto &t : threads)
    t.join();
}

void by_processors() {
  std::vector<std::thread> threads;
  const unsigned n = std::thread::hardware_concurrency();
  for (unsigned i = 0; i != n; ++i)
    threads.emplace_back(handle, 1); // trap: one a processor
  for (auto &t : threads)
    t.join();
}

struct Worker {
  std::thread thread;
  void run();
};
void active(std::vector<Worker> &all) {
  for (auto &w : all)
    w.thread = std::thread([&w] { w.run(); }); // trap: the thread belongs to the element
  for (auto &w : all)
    w.thread.join();
}

struct Node {
  void loop();
};
void active_objects(std::vector<Node> &nodes) {
  std::vector<std::thread> threads;
  for (auto &n : nodes)
    threads.emplace_back([&n] { n.loop(); }); // trap: elements that run by themselves
  for (auto &t : threads)
    t.join();
}

void one_at_a_time(int listener) {
  for (;;) {
    int client = accept(listener, nullptr, nullptr);
    std::thread t(handle, client); // trap: joined before the next
    t.join();
  }
}

void goroutines(int listener) {
  for (;;) {
    int client = accept(listener, nullptr, nullptr);
    runnel::go([client] { handle(client); }); // trap: cheap
  }
}

void once() {
  std::thread t(handle, 1); // trap: no loop
  t.join();
}

void name(std::thread &, const std::string &);
void up_to_a_limit(std::vector<std::thread> &threads, size_t limit) {
  while (threads.size() < limit) {
    std::thread t(handle, 1); // trap: as many as the limit says
    std::string text = "worker", upper;
    for (char c : text)
      upper += c;
    name(t, upper);
    threads.push_back(std::move(t));
  }
}
