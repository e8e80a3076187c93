// Updates in one operation, or with one writer.
#include <atomic>
#include <mutex>
std::atomic<int> count, other;
int plain;

void add() { count += 1; } // trap: one operation
void increment() { ++count; } // trap
void fetch() { count.fetch_add(2); } // trap
void one_writer() {
  // trap: both orders spelled out: there is one writer
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}
void from_another() { count = other + 1; } // trap: two variables
void no_atomic() { plain = plain + 1; } // trap: no atomic
void exchange() {
  int old = count;
  while (!count.compare_exchange_weak(old, old * 2)) { // trap
  }
}

struct Meter {
  Meter() { hits = hits + 1; } // trap: nobody else knows it
  void hit() {
    std::scoped_lock hold(mutex);
    hits = hits + 1; // trap: writers take the lock
  }
  std::mutex mutex;
  std::atomic<long> hits{0};
};
