// Waits that believe every wake-up.
#include <condition_variable>
#include <mutex>

struct Gate {
  void pass() {
    std::unique_lock hold(mutex);
    changed.wait(hold); // expect: cv-wait-without-predicate "'changed'"
  }
  void pass_if() {
    std::unique_lock hold(mutex);
    if (!open)
      changed.wait(hold); // expect: cv-wait-without-predicate
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
};

std::mutex global_mutex;
std::condition_variable global_changed;
void wait_for_global() {
  std::unique_lock hold(global_mutex);
  global_changed.wait(hold); // expect: cv-wait-without-predicate "'global_changed'"
}
