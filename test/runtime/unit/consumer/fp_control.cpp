// Each goroutine has its own rounding mode, across switches and from thread to thread.
#include <runnel/runnel.h>

#include <atomic>
#include <cfenv>

int main() {
  constexpr int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  std::atomic<int> wrong = 0;
  runnel::wait_group wg;
  for (int i = 0; i < 64; ++i)
    wg.go([&, mode = modes[i % 4]] {
      wrong += std::fegetround() != FE_TONEAREST; // not what the last one here has left
      std::fesetround(mode);
      for (int k = 0; k < 200; ++k) {
        if (k % 50 == 0)
          runnel::sleep_for(std::chrono::microseconds(50));
        else
          runnel::yield();
        wrong += std::fegetround() != mode;
      }
    });
  wg.wait();
  return wrong == 0 ? 0 : 1;
}
