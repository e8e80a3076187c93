// Where a simulation takes its decisions from, and how they are written down.
//
// A decision has n options, 0 being the dull one: the running goroutine goes on, the oldest of the
// ready ones is next, the first ready case of a select wins. So a schedule of zeros is the one
// without surprises, and shrinking means putting zeros in.
#pragma once

#include "runnel/test.h"
#include "sched/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace runnel::detail {

/// One decision that was taken.
struct decision {
  std::uint32_t chosen;
  std::uint32_t options;
  bool preempts; ///< a goroutine that could have gone on was interrupted, if chosen is not 0
};
using trace = std::vector<decision>;

/// Who could run next.
struct candidates {
  const std::uint64_t* ids; ///< goroutines, in the order of the options
  std::uint32_t goroutines;
  std::uint32_t timers; ///< due timers, which follow them
  bool first_is_running;
};

class chooser {
public:
  virtual ~chooser() = default;
  /// Both are asked only when there are two options at least.
  virtual std::uint32_t next(const candidates& c) = 0;
  virtual std::uint32_t pick(std::uint32_t options) = 0;
  /// The goroutine has called yield().
  virtual void yielded(std::uint64_t) {}
};

/// Each decision uniform.
class random_chooser final : public chooser {
public:
  explicit random_chooser(std::uint64_t seed) noexcept : rng_(seed) {}
  std::uint32_t next(const candidates& c) override { return rng_.below(c.goroutines + c.timers); }
  std::uint32_t pick(std::uint32_t options) override { return rng_.below(options); }

private:
  random rng_;
};

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
/// goroutines have random priorities, the highest runs, and at a few random steps the running one
/// falls below all others. Finds a bug of depth d with probability 1 / (n k^(d-1)) at least.
class pct_chooser final : public chooser {
public:
  pct_chooser(std::uint64_t seed, std::size_t expected_steps);
  std::uint32_t next(const candidates& c) override;
  std::uint32_t pick(std::uint32_t options) override { return rng_.below(options); }
  void yielded(std::uint64_t id) override { lower(id); }

private:
  std::int64_t priority(std::uint64_t id);
  void lower(std::uint64_t id) { priorities_[id] = --lowest_; }

  random rng_;
  std::unordered_map<std::uint64_t, std::int64_t> priorities_;
  std::vector<std::size_t> changes_;
  std::size_t step_ = 0;
  std::int64_t lowest_ = 0;
};

/// A given beginning, then zeros.
class replay_chooser final : public chooser {
public:
  explicit replay_chooser(std::vector<std::uint32_t> choices) noexcept
      : choices_(std::move(choices)) {}
  std::uint32_t next(const candidates& c) override { return take(c.goroutines + c.timers); }
  std::uint32_t pick(std::uint32_t options) override { return take(options); }

private:
  std::uint32_t take(std::uint32_t options) noexcept {
    if (at_ == choices_.size())
      return 0;
    std::uint32_t c = choices_[at_++];
    return c < options ? c : options - 1; // the program has changed since
  }
  std::vector<std::uint32_t> choices_;
  std::size_t at_ = 0;
};

/// One line: "s1:" and the choices in base 36, separated by dots; a run of n zeros is "-n". Zeros
/// at the end are left out.
std::string write_schedule(const trace& t);
std::vector<std::uint32_t> read_schedule(std::string_view text);

} // namespace runnel::detail
