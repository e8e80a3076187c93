//===- RecordingFs.h - A file system that remembers what was asked -*- C++
//-*-===//
//
// Wraps the real file system for one parse and collects the Dependencies: every
// file opened with the hash of the very bytes handed out, every name looked up
// in vain, every folder listed.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_RECORDINGFS_H
#define RUNNEL_TOOL_DRIVER_RECORDINGFS_H

#include "tool/cache/Dependencies.h"

#include "llvm/Support/VirtualFileSystem.h"

#include <map>

namespace runnel::tool {

class RecordingFs : public llvm::vfs::ProxyFileSystem {
public:
  explicit RecordingFs(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Real)
      : ProxyFileSystem(std::move(Real)) {}

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine &Path) override;
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>>
  openFileForRead(const llvm::Twine &Path) override;
  llvm::vfs::directory_iterator dir_begin(const llvm::Twine &Dir,
                                          std::error_code &EC) override;
  bool exists(const llvm::Twine &Path) override;

  /// Sorted by path.
  std::vector<Dependency> take();

private:
  friend class RecordedFile;
  std::string absolute(const llvm::Twine &Path) const;
  void noteMissing(const std::string &Path);
  void notePresent(const std::string &Path, bool Folder);
  std::map<std::string, Dependency> Seen;
};

} // namespace runnel::tool

#endif
