// Updates that lose what comes between.
#include <atomic>
std::atomic<int> count;

void add() { count = count + 1; } // expect: atomic-split-update "'count'"
void twice() { count = 2 * count; } // expect: atomic-split-update

struct Meter {
  void hit() { hits = hits + 1; } // expect: atomic-split-update "'hits'"
  std::atomic<long> hits{0};
};
