//===- AtomicFile.h - Files written beside and renamed ----------*- C++ -*-===//

#ifndef RUNNEL_TOOL_EDIT_ATOMICFILE_H
#define RUNNEL_TOOL_EDIT_ATOMICFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <string>

namespace runnel::tool {

/// A new content of a file, on disk beside it but not yet in its place.
/// Destroyed without commit(), it leaves nothing behind.
class PendingFile {
public:
  PendingFile() = default;
  PendingFile(PendingFile &&Other);
  PendingFile &operator=(PendingFile &&) = delete;
  ~PendingFile();

  /// Follows symbolic links, keeps the permissions of what is there.
  static llvm::Expected<PendingFile>
  write(const llvm::Twine &Path, llvm::StringRef Content, bool Durable);
  llvm::Error commit();
  const std::string &target() const { return Target; }

private:
  std::string Target, Temporary;
};

/// Readers see the old content or the new one.
llvm::Error writeFileAtomically(const llvm::Twine &Path,
                                llvm::StringRef Content, bool Durable = false);

} // namespace runnel::tool

#endif
