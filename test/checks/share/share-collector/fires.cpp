// Workers that append to one container.
// flags: -isystem %runtime
#include <map>
#include <mutex>
#include <runnel/runnel.h>
#include <string>
#include <thread>
#include <vector>
int compute(int);

std::vector<int> by_threads(int n) {
  std::vector<int> results;
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] { // note: "the workers are started here"
      int r = compute(i);
      std::lock_guard<std::mutex> hold(mu); // note: "each takes the lock here"
      results.push_back(r); // expect: share-collector "'results' collects what workers make, each of which locks 'mu'"
    });
  for (auto &t : threads)
    t.join();
  return results;
}

std::vector<int> by_goroutines(int n) {
  std::vector<int> results;
  runnel::mutex mu;
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i)
    wg.go([&, i] {
      int r = compute(i);
      std::scoped_lock hold(mu);
      results.emplace_back(r); // expect: share-collector "'results'"
    });
  wg.wait();
  return results;
}

class Search {
  std::vector<std::string> hits_;
  std::mutex mu_;
  std::vector<std::jthread> threads_;

public:
  void start(int n) {
    for (int i = 0; i < n; ++i)
      threads_.emplace_back([this, i] {
        if (compute(i)) {
          std::lock_guard<std::mutex> hold(mu_);
          hits_.push_back("hit"); // expect: share-collector "'hits_'"
        }
      });
  }
};

std::vector<int> two() {
  std::vector<int> results;
  std::mutex mu;
  std::thread a([&] {
    int r = compute(1);
    mu.lock();
    results.push_back(r); // expect: share-collector
    mu.unlock();
  });
  std::thread b([&] {
    std::lock_guard<std::mutex> hold(mu);
    results.push_back(2);
  });
  a.join();
  b.join();
  return results;
}
