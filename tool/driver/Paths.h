//===- Paths.h - The project root and how files are spelled -----*- C++ -*-===//
//
// Findings name a file relative to the project root where it lies below it and
// absolutely elsewhere, so that they do not depend on the folder a run was
// started in.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_PATHS_H
#define RUNNEL_TOOL_DRIVER_PATHS_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace runnel::tool {

std::string currentDirectory();
/// Absolute, without `.` and `..`; symbolic links stay as they are written.
std::string absolutePath(llvm::StringRef Path, llvm::StringRef Base);
bool isBelow(llvm::StringRef Path, llvm::StringRef Folder);
/// \p Path relative to \p Root if it is below it, else as it is.
std::string spell(llvm::StringRef Path, llvm::StringRef Root);
/// The inverse of spell.
std::string unspell(llvm::StringRef Spelled, llvm::StringRef Root);
/// As `cd` would need it from \p From: may begin with `..`.
std::string relativeTo(llvm::StringRef Path, llvm::StringRef From);

bool fileExists(llvm::StringRef Path);
bool folderExists(llvm::StringRef Path);

/// The folder that holds the project of \p Files (absolute paths): the nearest
/// folder above all of them with a .runnel.yaml or a version control folder,
/// else \p Hint (the source folder a build folder names) if it is above them,
/// else the deepest folder above all of them.
std::string findRoot(const std::vector<std::string> &Files,
                     llvm::StringRef Hint);

/// Files that the implementation or third parties own.
bool isSystemPath(llvm::StringRef Absolute);

} // namespace runnel::tool

#endif
