// A race on purpose: two goroutines count without a lock. ThreadSanitizer must see it, although one
// worker may run both; `seeded_race.cpp` is no test of the runtime's behaviour.
#include <runnel/runnel.h>

#include <cstdio>

int main() {
  int n = 0;
  runnel::run(
      [&] {
        runnel::wait_group wg;
        for (int i = 0; i < 2; ++i)
          wg.go([&] { n = n + 1; });
        wg.wait();
      },
      {.workers = 1});
  std::printf("%d\n", n);
}
