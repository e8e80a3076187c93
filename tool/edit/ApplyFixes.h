//===- ApplyFixes.h - Fixes, whole or not at all ----------------*- C++ -*-===//
//
// Invariants:
//  1. Of a finding's alternatives the first is taken. A fix is applied with all
//     its edits or with none.
//  2. Two fixes that touch the same text are not both applied, unless they ask
//     for the very same edit there, which is made once (a header's fix, seen
//     from many units; one #include wanted by two fixes).
//  3. Nothing outside the project, in a macro, or in a file that has changed
//     since it was parsed is edited.
//  4. Bytes that no edit names stay as they are: line ends, byte order marks,
//     permissions. New lines get the line ends of their file.
//  5. Files are written beside and renamed once all of them are written; if a
//     rename fails, those already done are put back.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_EDIT_APPLYFIXES_H
#define RUNNEL_TOOL_EDIT_APPLYFIXES_H

#include "tool/report/Report.h"

#include "llvm/Support/Error.h"

#include <map>
#include <set>
#include <string>

namespace runnel::tool {

struct FixOutcome {
  std::set<std::string> Fixed; ///< fingerprints
  /// New contents, by absolute path; old ones to put back.
  std::map<std::string, std::pair<std::string, std::string>> Files;
  std::string Diff;
  /// Fixes left out: where, and why.
  std::vector<std::pair<std::string, std::string>> LeftOut;
};

/// Works out the new contents; writes nothing.
FixOutcome planFixes(const Report &R);
llvm::Error applyFixes(const FixOutcome &O);
void sayFixes(const FixOutcome &O, bool DryRun, llvm::raw_ostream &OS);

/// A unified diff of two texts, three lines of context.
std::string unifiedDiff(llvm::StringRef Name, llvm::StringRef Before,
                        llvm::StringRef After);

} // namespace runnel::tool

#endif
