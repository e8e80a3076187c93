// Locks, conditions, semaphores, barriers and trees of goroutines under timeouts, exceptions and
// foreign threads: what they protect stays whole.

#include "stress.h"

#include <array>
#include <deque>
#include <gtest/gtest.h>
#include <mutex>
#include <shared_mutex>

using namespace std::chrono_literals;
using namespace stress;

namespace {

// A bounded queue of a mutex and two conditions, beside permits of a semaphore.
class queue {
public:
  explicit queue(std::size_t room) : room_(room) {}
  bool put(std::uint64_t v, runnel::duration patience) {
    std::unique_lock hold(mutex_);
    if (!not_full_.wait_for(hold, patience, [&] { return values_.size() < room_; }))
      return false;
    values_.push_back(v);
    not_empty_.notify_one();
    return true;
  }
  /// False: closed and empty.
  bool take(std::uint64_t& v) {
    std::unique_lock hold(mutex_);
    not_empty_.wait(hold, [&] { return closed_ || !values_.empty(); });
    if (values_.empty())
      return false;
    v = values_.front();
    values_.pop_front();
    not_full_.notify_one();
    return true;
  }
  void close() {
    std::lock_guard hold(mutex_);
    closed_ = true;
    not_empty_.notify_all();
  }

private:
  runnel::mutex mutex_;
  runnel::condition_variable not_full_, not_empty_;
  std::deque<std::uint64_t> values_;
  const std::size_t room_;
  bool closed_ = false;
};

TEST(stress, a_queue_of_locks) {
  rounds("a queue of locks", 100, [](stress::random& rng) {
    queue q(1 + rng.below(8));
    runnel::semaphore permits(1 + rng.below(3));
    ledger sent, received;
    crew sending, receiving;
    for (unsigned p = 0; p < 5; ++p)
      sending.add(rng, [&, p, mine = rng.fork()]() mutable {
        for (unsigned i = 0; i < 100; ++i) {
          const bool limited = permits.try_acquire_for(mine.up_to(100us));
          while (!q.put(p * 1000 + i, mine.up_to(200us)))
            dawdle(mine);
          sent.add(p * 1000 + i);
          if (limited)
            permits.release();
          dawdle(mine);
        }
      });
    for (unsigned p = 0; p < 3; ++p)
      receiving.add(rng, [&, mine = rng.fork()]() mutable {
        for (std::uint64_t v; q.take(v); dawdle(mine))
          received.add(v);
      });
    sending.wait();
    q.close();
    receiving.wait();
    EXPECT_EQ(sent, received) << sent.count() << " sent, " << received.count() << " received";
  });
}

TEST(stress, readers_writers_and_phases) {
  rounds("readers, writers and phases", 100, [](stress::random& rng) {
    constexpr unsigned parties = 6, phases = 10;
    runnel::shared_mutex m;
    std::array<std::uint64_t, 4> cells{}; // equal whenever nobody writes
    std::uint64_t writes = 0;
    std::atomic<unsigned> completions = 0;
    runnel::barrier meet(parties, [&] { ++completions; });
    std::atomic<std::uint64_t> expected = 0;
    std::atomic<bool> torn = false, ahead = false;
    crew all;
    for (unsigned p = 0; p < parties; ++p)
      all.add(rng, [&, mine = rng.fork()]() mutable {
        for (unsigned phase = 0; phase < phases; ++phase) {
          for (unsigned i = mine.below(30); i > 0; --i) {
            if (mine.one_in(4)) {
              std::unique_lock hold(m, std::defer_lock);
              if (mine.one_in(2) ? hold.try_lock() : (hold.lock(), true)) {
                ++writes;
                for (auto& c : cells)
                  ++c;
                ++expected;
              }
            } else {
              std::shared_lock hold(m);
              for (auto c : cells)
                if (c != cells[0])
                  torn = true;
            }
            dawdle(mine);
          }
          meet.arrive_and_wait();
          if (completions < phase + 1)
            ahead = true;
        }
      });
    all.wait();
    EXPECT_FALSE(torn);
    EXPECT_FALSE(ahead);
    EXPECT_EQ(writes, expected);
    EXPECT_EQ(cells[3], expected);
    EXPECT_EQ(completions, phases);
  });
}

struct failed {};

// Sums a range by splitting it; now and then a part is computed in a blocking call, by a group, or
// fails and is computed again by who waits for it.
std::uint64_t sum(stress::random rng, std::uint64_t from, std::uint64_t to) {
  if (to - from <= 4) {
    if (rng.one_in(20))
      throw failed();
    std::uint64_t s = 0;
    for (auto v = from; v < to; ++v)
      s += v;
    return s;
  }
  const auto middle = from + 1 + rng.below(static_cast<unsigned>(to - from - 1));
  auto left_rng = rng.fork(), right_rng = rng.fork();
  auto again = [](stress::random r, std::uint64_t a, std::uint64_t b) {
    for (;; r = r.fork())
      try {
        return sum(r, a, b);
      } catch (const failed&) {}
  };
  if (rng.one_in(3)) {
    std::atomic<std::uint64_t> s = 0;
    runnel::group g;
    g.set_limit(1 + rng.below(2));
    g.go([&] { s += again(left_rng, from, middle); });
    g.go([&] { s += again(right_rng, middle, to); });
    g.wait();
    return s;
  }
  auto left = runnel::spawn([=] { return sum(left_rng, from, middle); });
  std::uint64_t right = rng.one_in(30)
                            ? runnel::blocking([&] { return again(right_rng, middle, to); })
                            : again(right_rng, middle, to);
  try {
    return left.join() + right;
  } catch (const failed&) { return again(rng.fork(), from, middle) + right; }
}

TEST(stress, trees_that_fail_here_and_there) {
  rounds("trees that fail here and there", 40, [](stress::random& rng) {
    constexpr std::uint64_t n = 400;
    std::atomic<unsigned> right = 0;
    crew all;
    for (int i = 0; i < 4; ++i)
      all.add(rng, [&, mine = rng.fork()]() mutable {
        for (;;)
          try {
            right += sum(mine.fork(), 0, n) == n * (n - 1) / 2;
            return;
          } catch (const failed&) {}
      });
    all.wait();
    EXPECT_EQ(right, 4U);
  });
}

} // namespace
