//===- CompileDb.h - Finding and reading a compile database -----*- C++ -*-===//
//
// compile_commands.json is found by itself: in the folder asked for, in the
// usual build folders of it and of those above it, and where CMake presets put
// theirs. Where there is none, the error says how to make one.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_COMPILEDB_H
#define RUNNEL_TOOL_DRIVER_COMPILEDB_H

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace runnel::tool {

struct CompileCommand {
  std::string File;              ///< absolute
  std::string Directory;         ///< absolute
  std::vector<std::string> Args; ///< the compiler first
};

struct CompileDb {
  std::string Path; ///< of the .json
  std::string
      SourceFolder; ///< what CMakeCache.txt beside it names; may be empty
  std::vector<CompileCommand> Commands; ///< in the file's order
  std::vector<std::string> Notes;       ///< what a person may want to know
};

/// \p Asked: what -p named (a folder or a file), empty to search from \p Start.
llvm::Expected<std::string> findCompileDb(llvm::StringRef Asked,
                                          llvm::StringRef Start,
                                          std::vector<std::string> &Notes);
llvm::Expected<CompileDb> readCompileDb(llvm::StringRef Path);
/// The reading alone, for tests: \p Folder is where the file lies.
llvm::Expected<CompileDb> parseCompileDb(llvm::StringRef Text,
                                         llvm::StringRef Folder,
                                         llvm::StringRef Path);

} // namespace runnel::tool

#endif
