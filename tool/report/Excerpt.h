//===- Excerpt.h - Source lines for people ----------------------*- C++ -*-===//

#ifndef RUNNEL_TOOL_REPORT_EXCERPT_H
#define RUNNEL_TOOL_REPORT_EXCERPT_H

#include "tool/report/Report.h"

namespace runnel::tool {

/// The lines a fix changes, before and after, per file: a unified diff without
/// its file headers and with no context, ready to be indented.
struct FixHunk {
  ir::Name File;
  uint32_t Line = 0; ///< of the first removed or changed line
  std::vector<std::string> Removed, Added;
};
/// Empty if the files do not (any longer) hold what the fix was made for.
std::vector<FixHunk> hunksOf(const Fix &F, SourceCache &Sources);

/// The caret line under \p Line for a range that begins at byte \p Column
/// (from 1) and has \p Length bytes, cut at the line's end. Counts characters,
/// not bytes, and keeps tabs.
std::string caretLine(llvm::StringRef Line, uint32_t Column, uint32_t Length);

} // namespace runnel::tool

#endif
