//===- Suppress.h - NOLINT and RUNNEL_ALLOW ---------------------*- C++ -*-===//
//
// Applied here and nowhere else: checks do not know of suppressions. A
// suppression covers lines of a file; the finding's own place counts, not its
// notes'. Names are globs as clang-tidy's are, with or without the prefix.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_SUPPRESS_H
#define RUNNEL_TOOL_DRIVER_SUPPRESS_H

#include "tool/report/Report.h"

#include <functional>

namespace runnel::tool {

/// Marks what \p All silences. \p Enabled: whether a check is on for a file;
/// with \p ReportUnused, suppressions that name checks of ours, all of them
/// on, and silence nothing become findings of `runnel-unused-suppression`.
void applySuppressions(
    std::vector<ReportedFinding> &Findings,
    const std::vector<ir::Suppression> &All, bool ReportUnused,
    const std::function<bool(llvm::StringRef Check, ir::Name File)> &Enabled);

} // namespace runnel::tool

#endif
