// The harness of the stress tests: rounds with a seed each, parties of every kind, a watchdog.
//
//   RUNNEL_STRESS_SECONDS=n   for so long in all, divided among the shapes; without it each shape
//                             runs a fixed number of rounds, some seconds in all
//   RUNNEL_STRESS_SEED=n      the first seed (1; at random in a timed run)
//
// A round that fails or hangs says its seed. The seed decides what each party does and not how the
// machine interleaves them, so a failure may need many repetitions of it.
#pragma once

#include <runnel/runnel.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace stress {

/// Numbers from a seed; each party has its own.
class random {
public:
  explicit random(std::uint64_t seed) noexcept : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  std::uint64_t next() noexcept { // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  unsigned below(unsigned n) noexcept { return static_cast<unsigned>(next() % n); }
  bool one_in(unsigned n) noexcept { return below(n) == 0; }
  runnel::duration up_to(runnel::duration most) noexcept {
    return runnel::duration(
        static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(most.count())));
  }
  template <class T> T any_of(std::initializer_list<T> values) noexcept {
    return values.begin()[below(static_cast<unsigned>(values.size()))];
  }
  random fork() noexcept { return random(next()); }

private:
  std::uint64_t state_;
};

/// What went through, whatever the order: how many, their sum and their mix. Two ledgers agree if
/// the same values went through both, each as often.
class ledger {
public:
  void add(std::uint64_t v) noexcept {
    count_.fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(v, std::memory_order_relaxed);
    mix_.fetch_add(random(v).next(), std::memory_order_relaxed);
  }
  void add(const ledger& o) noexcept {
    count_ += o.count_;
    sum_ += o.sum_;
    mix_ += o.mix_;
  }
  std::uint64_t count() const noexcept { return count_; }
  friend bool operator==(const ledger& a, const ledger& b) noexcept {
    return a.count_ == b.count_ && a.sum_ == b.sum_ && a.mix_ == b.mix_;
  }

private:
  std::atomic<std::uint64_t> count_{0}, sum_{0}, mix_{0};
};

/// Goroutines, and a plain thread now and then.
class crew {
public:
  template <class F> void add(random& rng, F f) {
    if (rng.one_in(6))
      threads_.emplace_back(std::move(f));
    else
      goroutines_.go(std::move(f));
  }
  void wait() {
    for (std::thread& t : threads_)
      t.join();
    threads_.clear();
    goroutines_.wait();
  }

private:
  runnel::wait_group goroutines_;
  std::vector<std::thread> threads_;
};

/// A pause of a random kind, mostly none.
void dawdle(random& rng);

/// Runs `round` again and again, each time with numbers from another seed; `in_ci` times unless the
/// environment says for how long. `round` reports by GoogleTest.
void rounds(const char* shape, unsigned in_ci, const std::function<void(random&)>& round);

} // namespace stress
