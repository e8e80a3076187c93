// simulate, explore, replay: which schedules to run, and shrinking those that fail.

#include "testing/world.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace runnel::test::detail {

using runnel::detail::chooser;
using runnel::detail::pct_chooser;
using runnel::detail::random_chooser;
using runnel::detail::replay_chooser;
using runnel::detail::trace;
using runnel::detail::world;

namespace {

// Runs in one world, one after another.
class runner {
public:
  runner(const program& p, std::size_t max_steps)
      : program_(p), max_steps_(max_steps), world_(world::take()) {}
  ~runner() { world_.give_back(); }
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;

  world::result run(chooser& c, bool want_message) {
    ++runs;
    auto r = world_.run(program_, c, max_steps_, want_message);
    steps = std::max(steps, r.decisions.size());
    return r;
  }
  world::result run(std::vector<std::uint32_t> choices, bool want_message) {
    replay_chooser c(std::move(choices));
    return run(c, want_message);
  }

  std::size_t runs = 0;
  std::size_t steps = 0; ///< decisions in the longest run

private:
  const program& program_;
  std::size_t max_steps_;
  world& world_;
};

std::vector<std::uint32_t> choices_of(const trace& t) {
  std::vector<std::uint32_t> choices;
  for (const auto& d : t)
    choices.push_back(d.chosen);
  while (!choices.empty() && choices.back() == 0)
    choices.pop_back();
  return choices;
}

report report_of(world::result r, std::size_t schedules) {
  return {r.outcome, schedules, write_schedule(r.decisions), std::move(r.message)};
}

// Puts zeros into a failing schedule as long as it fails in the same way: first whole halves, then
// quarters, down to single choices. Each failing run abandons its goroutines, so there is a budget.
report shrink(runner& runs, world::result failing, std::size_t schedules) {
  constexpr int budget = 150;
  int tries = 0;
  auto best = choices_of(failing.decisions);
  auto fails = [&](const std::vector<std::uint32_t>& choices) {
    auto r = runs.run(choices, false);
    if (r.outcome != failing.outcome)
      return false;
    best = choices_of(r.decisions);
    return true;
  };
  for (bool better = true; better && tries < budget;) {
    better = false;
    for (std::size_t size = std::max<std::size_t>(best.size(), 1); size > 0 && tries < budget;
         size /= 2)
      for (std::size_t end = best.size(); end > 0 && tries < budget;) {
        std::size_t from = end > size ? end - size : 0;
        auto shorter = best;
        std::fill(shorter.begin() + static_cast<std::ptrdiff_t>(from),
                  shorter.begin() + static_cast<std::ptrdiff_t>(end), 0U);
        while (!shorter.empty() && shorter.back() == 0)
          shorter.pop_back();
        end = from;
        if (shorter == best)
          continue;
        ++tries;
        if (fails(shorter)) {
          better = true;
          end = std::min(end, best.size());
        }
      }
  }
  auto last = runs.run(best, true);
  if (last.outcome != failing.outcome) { // not deterministic: decisions outside of the world
    failing.message += "\n  (replaying its schedule gave another outcome: the program depends on "
                       "something else than its schedule)";
    return report_of(std::move(failing), schedules);
  }
  last.message += "\n  schedule: " + write_schedule(last.decisions);
  return report_of(std::move(last), schedules);
}

// The next schedule in depth-first order with at most `bound` preemptions; nothing: that was the
// last. `pruned` tells whether the bound left any out.
std::optional<std::vector<std::uint32_t>> successor(const trace& t, std::size_t bound,
                                                    bool& pruned) {
  std::vector<std::size_t> used(t.size() + 1, 0);
  for (std::size_t i = 0; i < t.size(); ++i)
    used[i + 1] = used[i] + (t[i].preempts && t[i].chosen != 0);
  for (std::size_t i = t.size(); i-- > 0;) {
    if (t[i].chosen + 1 >= t[i].options)
      continue;
    if (t[i].preempts && used[i] + 1 > bound) {
      pruned = true;
      continue;
    }
    std::vector<std::uint32_t> next;
    for (std::size_t k = 0; k < i; ++k)
      next.push_back(t[k].chosen);
    next.push_back(t[i].chosen + 1);
    return next;
  }
  return std::nullopt;
}

report explore_all(runner& runs, std::size_t schedules) {
  world::result r;
  for (std::size_t bound = 0;; ++bound) {
    bool pruned = false;
    std::optional<std::vector<std::uint32_t>> choices{std::in_place};
    while (choices) {
      if (runs.runs == schedules)
        return report_of(std::move(r), schedules);
      r = runs.run(*choices, true);
      if (r.outcome != outcome::ok)
        return shrink(runs, std::move(r), runs.runs);
      choices = successor(r.decisions, bound, pruned);
    }
    if (!pruned)
      return report_of(std::move(r), runs.runs);
  }
}

} // namespace

report simulate(program p, std::uint64_t seed) {
  runner runs(p, explore_options{}.max_steps);
  random_chooser c(seed);
  return report_of(runs.run(c, true), 1);
}

report explore(program p, const explore_options& o) {
  runner runs(p, o.max_steps);
  if (o.schedules == 0)
    return {};
  if (o.how == strategy::exhaustive)
    return explore_all(runs, o.schedules);
  runnel::detail::random seeds(o.seed);
  world::result r;
  for (std::size_t i = 0; i < o.schedules; ++i) {
    if (o.how == strategy::pct) {
      pct_chooser c(seeds.next(), runs.steps);
      r = runs.run(c, true);
    } else {
      random_chooser c(seeds.next());
      r = runs.run(c, true);
    }
    if (r.outcome != outcome::ok)
      return shrink(runs, std::move(r), i + 1);
  }
  return report_of(std::move(r), o.schedules);
}

report replay(program p, std::string_view schedule) {
  auto choices = runnel::detail::read_schedule(schedule);
  runner runs(p, explore_options{}.max_steps);
  return report_of(runs.run(std::move(choices), true), 1);
}

} // namespace runnel::test::detail
