// A thread for every piece of work.
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>
void handle(int);
void parse(const std::string &);

void server(int listener) {
  for (;;) {
    int client = accept(listener, nullptr, nullptr);
    std::thread(handle, client).detach(); // expect: thread-per-item "each time round a loop without end"
  }
}

void server_until_error(int listener) {
  int client;
  while ((client = accept(listener, nullptr, nullptr)) >= 0) {
    std::thread t([client] { handle(client); }); // expect: thread-per-item
    t.detach();
  }
}

void each_file(const std::vector<std::string> &files) {
  std::vector<std::thread> threads;
  for (const auto &file : files)
    threads.emplace_back([&file] { parse(file); }); // expect: thread-per-item "for each element of 'files'"
  for (auto &t : threads)
    t.join();
}

void each_index(const std::vector<int> &jobs) {
  std::vector<std::thread> threads;
  for (size_t i = 0; i < jobs.size(); ++i)
    threads.push_back(std::thread(handle, jobs[i])); // expect: thread-per-item "'jobs'"
  for (auto &t : threads)
    t.join();
}

void joining(const std::vector<int> &jobs) {
  std::vector<std::jthread> threads;
  for (int job : jobs)
    threads.emplace_back(handle, job); // expect: thread-per-item "'jobs'"
}
