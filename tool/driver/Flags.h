//===- Flags.h - A project's compile command, made one for clang -*- C++
//-*-===//
//
// Commands come from gcc, from clangs of other versions, from cross compilers
// and through launchers. What matters to parsing stays; outputs, warnings,
// plug-ins, precompiled headers of other compilers and flags clang does not
// know are dropped, the last with a note.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_FLAGS_H
#define RUNNEL_TOOL_DRIVER_FLAGS_H

#include "tool/driver/CompileDb.h"

namespace runnel::tool {

struct AdjustedCommand {
  std::vector<std::string> Args;    ///< argv[0] is a clang; the file comes last
  std::vector<std::string> Dropped; ///< flags that clang does not know
  std::vector<std::string> Notes;
};

/// How clang should read a file, by its name.
enum class SourceKind { Cxx, C, Header, Other };
SourceKind sourceKind(llvm::StringRef File);

/// \p Before and \p After: the user's extra arguments.
AdjustedCommand adjustCommand(const CompileCommand &C,
                              llvm::StringRef ResourceDir,
                              const std::vector<std::string> &Before,
                              const std::vector<std::string> &After);

} // namespace runnel::tool

#endif
