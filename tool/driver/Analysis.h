//===- Analysis.h - What a run found, before anybody filters it -*- C++ -*-===//
//
// The raw result of link and passes, as the cache keeps it: findings of every
// check that ran, suppressions, what could not be checked. Level, --checks,
// .clang-tidy and baselines are applied to it afterwards, so that changing them
// parses nothing.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_ANALYSIS_H
#define RUNNEL_TOOL_DRIVER_ANALYSIS_H

#include "tool/cache/Dependencies.h"
#include "tool/index/ProjectIndex.h"
#include "tool/report/Report.h"

#include <set>

namespace runnel::tool {

struct Analysis {
  std::set<std::string> Checks; ///< that ran
  std::vector<Finding> Findings;
  std::vector<ir::Suppression> Suppressions;
  std::vector<Problem> Problems;
  std::optional<LockPicture> Locks; ///< if a report was to draw them
  Census Mutexes;                   ///< beside Locks
  std::vector<ir::Name> MainFiles;
  /// What editors are to be told; of a whole program alone.
  std::vector<IndexedFinding> ForIndex;
  /// Folders (spelled) with code of the program: each may have its
  /// configuration.
  std::set<std::string> Folders;
  uint32_t Parsed = 0, Skipped = 0;
  uint32_t Functions = 0;
};

std::string encode(const Analysis &A, const std::vector<Dependency> &D);
bool decode(llvm::StringRef Bytes, Analysis &A, std::vector<Dependency> &D);

} // namespace runnel::tool

#endif
