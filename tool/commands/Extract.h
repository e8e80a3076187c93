//===- Extract.h - Modules of named files, without passes -------*- C++ -*-===//

#ifndef RUNNEL_TOOL_COMMANDS_EXTRACT_H
#define RUNNEL_TOOL_COMMANDS_EXTRACT_H

#include "tool/commands/Command.h"
#include "tool/driver/Modules.h"

namespace runnel::tool {

struct Extraction {
  std::vector<ir::Module> Modules;
  std::vector<Problem> Problems;
  std::vector<Dependency> Dependencies; ///< sorted by path
  std::string Root;
};

/// Of the files \p A names: through worker processes, uncached.
llvm::Expected<Extraction> extractModules(const Arguments &A);
llvm::Expected<ir::Module> readModuleFile(llvm::StringRef Path,
                                          llvm::StringRef Shown);

} // namespace runnel::tool

#endif
