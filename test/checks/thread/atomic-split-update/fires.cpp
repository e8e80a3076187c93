// Updates that lose what comes between.
#include <atomic>
std::atomic<int> count;

void add() { count = count + 1; } // expect: atomic-split-update "'count'"
void twice() { count = 2 * count; } // expect: atomic-split-update

struct Meter {
  void hit() { hits = hits + 1; } // expect: atomic-split-update "'hits'"
  std::atomic<long> hits{0};
};

struct Limiter {
  bool enter() {
    if (inside.load() < 10) {
      inside.store(inside.load() + 1); // expect: atomic-split-update "'inside'"
      return true;
    }
    return false;
  }
  std::atomic<int> inside{0};
};

struct Counted {
  void release() {
    refs--;
    if (refs == 0) // expect: atomic-split-update "'refs' is changed and then read again"
      delete this;
  }
  void drop() {
    refs.fetch_sub(1); // note: "it is changed here"
    if (refs.load() == 0) // expect: atomic-split-update "'refs'"
      delete this;
  }
  std::atomic<int> refs{1};
};
