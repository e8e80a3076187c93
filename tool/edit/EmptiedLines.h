//===- EmptiedLines.h - A removed statement takes its line along -*- C++
//-*-===//

#ifndef RUNNEL_TOOL_EDIT_EMPTIEDLINES_H
#define RUNNEL_TOOL_EDIT_EMPTIEDLINES_H

#include "tool/report/Report.h"

namespace runnel::tool {

/// A check removes a statement and knows nothing of what stands beside it.
/// Where an edit of \p F leaves nothing but blanks on its line, it is widened
/// to the whole line. Done once, before any report is written, so that all of
/// them show the same edits.
void removeEmptiedLines(Fix &F, SourceCache &Sources);

} // namespace runnel::tool

#endif
