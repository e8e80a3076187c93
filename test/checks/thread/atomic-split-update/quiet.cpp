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
void set_bits(std::atomic<unsigned> *word, unsigned mask) {
  // trap: one writer, through a pointer
  word->store(word->load(std::memory_order_relaxed) | mask, std::memory_order_relaxed);
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

struct Counted {
  void release() {
    if (--refs == 0) // trap: what the change returns
      delete this;
  }
  void drop() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) // trap
      delete this;
  }
  void note() {
    ++refs;
    if (refs % 1000 == 0) // trap: each thousandth, of a count that one thread keeps
      other = 1;
  }
  void downgrade() {
    refs += 2;
    if (!(refs & 8)) // trap: a bit that others set
      other = 1;
  }
  void loud(bool verbose) {
    ++refs;
    if (verbose) // trap: decided by something else
      other = refs.load();
  }
  void locked() {
    std::scoped_lock hold(mutex);
    --refs;
    if (refs == 0) // trap: writers take the lock
      other = 1;
  }
  int local() {
    std::atomic<int> n{2};
    --n;
    if (n == 1) // trap: nobody else knows it
      return 1;
    return 0;
  }
  std::mutex mutex;
  std::atomic<int> refs{1};
};
