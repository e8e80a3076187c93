#include <condition_variable>
#include <mutex>
#include <vector>

class Log {
public:
  Log() = default;
  // CHECK-FIX: private:
  // CHECK-FIX: std::mutex mu;
  // CHECK-FIX: public:
  std::mutex mu; // expect: lock-exposed "'mu' of 'Log'"
  void add(int line) {
    std::lock_guard lock(mu);
    lines_.push_back(line);
  }

private:
  std::vector<int> lines_;
};

class Event {
public:
  Event() = default;
  void set() {
    std::lock_guard lock(mu);
    set_ = true;
    changed.notify_all();
  }
  std::mutex mu; // expect: lock-exposed
  std::condition_variable changed;

private:
  bool set_ = false;
};

int main() {
  Log log;
  log.add(1);
  Event event;
  event.set();
}
