// What to explore, how far, and what came out.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace runnel::model {

struct options {
  /// Executions longer than this fail as a livelock, or are cut off if prune_long is set.
  std::uint64_t max_steps = 5000;
  bool prune_long = false;
  /// Gives up (result::exhausted is false) after so many executions, repetitions included; 0 never
  /// does.
  std::uint64_t max_executions = 1'000'000;
  /// Explores only schedules with at most so many preemptions; negative for all. A bounded search
  /// finds bugs and proves nothing.
  int preemptions = -1;
  /// How often in one execution a futex wait may return, or a weak compare-exchange fail, for no
  /// reason.
  unsigned spurious = 0;
  /// Lets a store take a place in modification order before stores that were executed earlier.
  /// Needed only for outcomes in which modification orders contradict program order (2+2W).
  bool place_stores = false;
  /// Whoever allocates must free before the execution ends.
  bool check_leaks = true;
  /// Sleep sets; off only to test them.
  bool reduce = true;
};

struct result {
  bool ok = true;
  bool exhausted = true;        ///< every execution was explored
  std::uint64_t executions = 0; ///< complete ones
  std::uint64_t redundant = 0;  ///< cut off, being the same as another
  std::uint64_t pruned = 0;     ///< cut off by max_steps
  std::uint64_t steps = 0;
  std::uint64_t effects = 0; ///< how often a mutation changed something
  std::string failure;       ///< empty, or what went wrong with the trace that leads there
  std::set<std::vector<std::int64_t>> outcomes; ///< what observe() was told
  std::set<std::string> covered;                ///< what cover() was told
};

} // namespace runnel::model
