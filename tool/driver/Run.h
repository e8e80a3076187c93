//===- Run.h - A whole run: units to report ---------------------*- C++ -*-===//
//
//   collectUnits → scan → modules (cache, worker processes) → link → passes →
//   Analysis (cached) → suppressions, levels, configuration → Report
//
// Findings depend on sources, commands, configuration and this binary alone:
// not on the order of units, -j, the cache or the working directory.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_RUN_H
#define RUNNEL_TOOL_DRIVER_RUN_H

#include "tool/driver/Pool.h"
#include "tool/driver/Units.h"

#include "checks/ir/Module.h"

#include <chrono>
#include <functional>

namespace runnel::analysis {
class Facts;
}

namespace runnel::tool {

struct RunRequest {
  UnitRequest Units;
  Limits Budget;
  bool BudgetSeconds = false, BudgetMemory = false, BudgetJobs = false;
  bool UseCache = true;
  std::string CacheFolder; ///< --cache-dir
  std::optional<Level> At;
  std::vector<GlobItem> Checks; ///< --checks
  std::string ChecksText;
  std::optional<std::string> HeaderFilter; ///< --header-filter
  bool ParseAll = false;                   ///< --no-skip
  bool Progress = false;
  bool WithLocks = false; ///< fill in Report::Locks
  /// Looks at the program in place of the checks.
  std::function<void(const analysis::Facts &)> Inspect;
};

struct RunStats {
  uint32_t Units = 0, Parsed = 0, FromCache = 0, Skipped = 0, Failed = 0;
  bool WholeRunFromCache = false;
  double CollectSeconds = 0, ScanSeconds = 0, ModuleSeconds = 0,
         LinkSeconds = 0, PassSeconds = 0, TotalSeconds = 0;
  uint32_t Functions = 0;
  uint64_t WorkerPeakKb = 0;
  double WorkerCpuSeconds = 0;
  std::string CacheTrouble;
  uint32_t Scopes = 0; ///< whose protocols were explored
  /// Of these, those that were not seen whole, and why.
  std::vector<std::string> GivenUp;
};

struct RunResult {
  Report What;
  RunStats Stats;
  std::vector<std::string> Notes;
  int Interrupted = 0;      ///< the signal
  bool Whole = false;       ///< all of the program was checked
  std::string BaselineFile; ///< that .runnel.yaml names
};

llvm::Expected<RunResult> runChecks(const RunRequest &R);

/// What this binary is: part of every cache key.
const std::string &toolIdentity();

} // namespace runnel::tool

#endif
