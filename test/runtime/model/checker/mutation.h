// Breaks a protocol in every way that the checker knows, one at a time, and demands that some
// scenario fails each time. An order that can be weakened without any scenario failing is either
// stronger than needed or not tested; the table of exceptions says which, and why it stays.
//
//   const protocol p{.name = "spin lock",
//                    .files = {"spin_lock.h"},
//                    .scenarios = {{"three adders", add_three_times}},
//                    .exceptions = {}};
//   TEST(SpinLock, Holds) { expect_holds(p); }
//   TEST(SpinLock, EveryBreakageIsCaught) { expect_all_caught(p); }
#pragma once

#include "engine.h"

#include <functional>
#include <string>
#include <vector>

namespace runnel::model {

struct scenario {
  std::string name;
  std::function<void()> body;
  options how{};
  /// What cover() must have been told in some execution: the interesting paths were reached.
  std::vector<std::string> must_cover{};
  /// Explored as it is, but broken only in long runs.
  bool heavy = false;
};

struct exception {
  std::string file;    ///< end of the file's name
  std::string text;    ///< part of the source line
  std::string change;  ///< as expect_all_caught prints it, e.g. "acq_rel -> release" or "stale"
  std::string because; ///< why the code stays as it is
};

struct protocol {
  std::string name;
  std::vector<std::string> files; ///< only operations in these files (ends of names) are broken
  std::vector<scenario> scenarios;
  std::vector<exception> exceptions{};
};

struct trial {
  mutation broken;
  std::string change; ///< in words
  std::string place;  ///< file:line: source text
  std::string caught_by;
  std::uint64_t executions = 0;
  std::uint64_t effects = 0; ///< 0: no execution differed, so there was nothing to catch
};

/// All ways to break the sites of one log.
std::vector<mutation> mutations_of(const site_log&, const std::vector<std::string>& files);
std::string change_text(const mutation&, const site_use&);
/// One trial a mutation.
std::vector<trial> run_mutations(const protocol&);

/// GoogleTest expectations.
void expect_holds(const protocol&);
void expect_all_caught(const protocol&);

/// RUNNEL_MODEL_LONG=1 asks for the larger variants.
bool long_run();

} // namespace runnel::model
