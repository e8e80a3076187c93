//===- Cache.h - A folder of checksummed blobs ------------------*- C++ -*-===//
//
// Keys are hashes of everything the blob depends on, so an entry is right or
// absent, never stale. Entries: `unit` (what a parse read, and which module it
// gave), `module`, `run` (what a whole run read, and its findings).
//
// Invariants:
//  1. An entry is written to a temporary file and renamed: readers see all of
//     it or none. Two writers of one key write the same bytes.
//  2. What is read back is checked against its own checksum; a damaged entry
//     is absent (and removed).
//  3. Nothing that goes wrong here (a read-only folder, a full disk, a folder
//     that vanishes) is more than a missed entry.
//
// Size: trim() removes what was used longest ago once the limit is passed. Use
// is the file's modification time, refreshed at most once an hour.
//
// Rejected: LLVM's on-disk CAS (a mapped file of fixed maximal size: does not
// shrink, and needs its own repair after a crash); one database file (locking
// over network file systems).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CACHE_CACHE_H
#define RUNNEL_TOOL_CACHE_CACHE_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace runnel::tool {

class Cache {
public:
  /// Off: every get() misses and put() does nothing.
  Cache() = default;
  /// \p Folder is made when something is written.
  Cache(std::string Folder, uint64_t LimitMb);

  bool on() const { return !Folder.empty(); }
  const std::string &folder() const { return Folder; }

  std::optional<std::string> get(llvm::StringRef Kind, llvm::StringRef Key);
  void put(llvm::StringRef Kind, llvm::StringRef Key, llvm::StringRef Bytes);
  /// Keeps the folder within its limit. Does nothing if nothing was written.
  void trim();

  /// Why writing stopped, for --stats; empty if it did not.
  const std::string &trouble() const { return Trouble; }

private:
  std::string pathOf(llvm::StringRef Kind, llvm::StringRef Key) const;
  bool prepare();
  std::string Folder;
  uint64_t LimitMb = 0;
  bool Prepared = false;
  bool Wrote = false;
  std::string Trouble;
};

/// $XDG_CACHE_HOME/runnel, ~/.cache/runnel, or a folder below \p Fallback.
std::string defaultCacheFolder(llvm::StringRef Fallback);

} // namespace runnel::tool

#endif
