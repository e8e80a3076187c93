// A future that nobody keeps waits at once.
#include <future>
#include <mutex>

void save(int);

class Saver {
public:
  void step() {
    std::lock_guard<std::mutex> hold(mutex_);
    std::async(std::launch::async, save, ++version_); // expect: scope-join
  }

private:
  std::mutex mutex_;
  int version_ = 0;
};
