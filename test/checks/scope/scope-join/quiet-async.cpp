// Futures that are kept wait later.
#include <future>
#include <mutex>

void save(int);

class Saver {
public:
  // trap: the member keeps it
  void step() {
    std::lock_guard<std::mutex> hold(mutex_);
    last_ = std::async(std::launch::async, save, ++version_);
  }
  // trap: the lock is free when it waits
  void now() {
    int version;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      version = ++version_;
    }
    std::async(std::launch::async, save, version);
  }

private:
  std::mutex mutex_;
  std::future<void> last_;
  int version_ = 0;
};
