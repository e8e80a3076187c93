// The harness of the stress tests.

#include "stress.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <mutex>
#include <random>

namespace stress {

namespace {

using wall = std::chrono::steady_clock;
constexpr int shapes = 9; // among which a timed run is divided
constexpr std::chrono::seconds longest_round(120);

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? std::strtoull(value, nullptr, 10) : otherwise;
}

// Ends the process with a dump if a round does not end.
class watchdog {
public:
  watchdog(const char* shape, const std::atomic<std::uint64_t>& seed)
      : thread_([this, shape, &seed] { watch(shape, seed); }) {}
  ~watchdog() {
    {
      std::lock_guard hold(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

private:
  void watch(const char* shape, const std::atomic<std::uint64_t>& seed) {
    std::unique_lock hold(mutex_);
    std::uint64_t seen = 0;
    while (!changed_.wait_for(hold, longest_round, [&] { return over_; })) {
      if (seed == seen) {
        std::fprintf(stderr, "%s: seed %llu does not end\n", shape,
                     static_cast<unsigned long long>(seen));
        runnel::dump_goroutines();
        std::abort();
      }
      seen = seed;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

} // namespace

void dawdle(random& rng) {
  switch (rng.below(24)) {
  case 0:
    runnel::yield();
    break;
  case 1:
    runnel::sleep_for(rng.up_to(std::chrono::microseconds(200)));
    break;
  case 2:
    for (unsigned i = rng.below(2000); i > 0; --i)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    break;
  default:
    break;
  }
}

void rounds(const char* shape, unsigned in_ci, const std::function<void(random&)>& round) {
  const auto seconds = from_environment("RUNNEL_STRESS_SECONDS", 0);
  const auto end = wall::now() + std::chrono::milliseconds(seconds * 1000 / shapes);
  std::atomic<std::uint64_t> seed =
      from_environment("RUNNEL_STRESS_SEED", seconds ? std::random_device()() : 1);
  std::printf("%s: from seed %llu\n", shape, static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  unsigned done = 0;
  const watchdog watches(shape, seed);
  for (; seconds ? wall::now() < end : done < in_ci; ++done, ++seed) {
    SCOPED_TRACE(testing::Message() << shape << ", seed " << seed);
    random rng(seed);
    round(rng);
    if (testing::Test::HasFailure())
      break;
  }
  std::printf("%s: %u rounds\n", shape, done);
}

} // namespace stress
