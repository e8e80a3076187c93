//===- EmitNinja.h - The extraction of a project as a Ninja file *- C++ -*-===//

#ifndef RUNNEL_TOOL_COMMANDS_EMITNINJA_H
#define RUNNEL_TOOL_COMMANDS_EMITNINJA_H

#include "tool/commands/Command.h"

namespace runnel::tool {

/// Writes a file with an edge for every unit (extract), one that links them
/// and one that checks, so that Ninja decides what is stale and what runs side
/// by side, and a remote executor may run the edges elsewhere.
int emitNinja(const Arguments &A);

} // namespace runnel::tool

#endif
