// Containers that are more than collected into, or that nobody shares.
#include <map>
#include <mutex>
#include <thread>
#include <vector>
int compute(int);

std::vector<int> by_index(int n) {
  std::vector<int> results(n);
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] { results[i] = compute(i); }); // trap: each its own
  for (auto &t : threads)
    t.join();
  return results;
}

void counted(int n) {
  std::vector<int> results;
  int sum = 0;
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      std::lock_guard<std::mutex> hold(mu);
      results.push_back(i); // trap: the lock guards more than the container
      sum += i;
    });
  for (auto &t : threads)
    t.join();
}

void one_worker() {
  std::vector<int> results;
  std::mutex mu;
  std::thread t([&] {
    std::lock_guard<std::mutex> hold(mu);
    results.push_back(1); // trap: one, not many
  });
  t.join();
}

void its_own(int n) {
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      std::vector<int> mine;
      std::lock_guard<std::mutex> hold(mu);
      mine.push_back(i); // trap: a local of the worker's
    });
  for (auto &t : threads)
    t.join();
}

void by_key(int n) {
  std::map<int, int> results;
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      std::lock_guard<std::mutex> hold(mu);
      results[i % 3] += i; // trap: state that is looked up and changed
    });
  for (auto &t : threads)
    t.join();
}

void taken_out(int n) {
  std::vector<int> work;
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      std::lock_guard<std::mutex> hold(mu);
      work.push_back(i); // trap: the workers take out, too
    });
  threads.emplace_back([&] {
    std::lock_guard<std::mutex> hold(mu);
    if (!work.empty())
      work.pop_back();
  });
  for (auto &t : threads)
    t.join();
}
