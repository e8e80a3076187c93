//===- Dependencies.h - What a result was made from -------------*- C++ -*-===//
//
// Everything a translation unit's parse asked of the file system: files it
// read, with the hash of the bytes it got; names it asked for in vain (a header
// that appears in an earlier include folder must be noticed); folders it
// listed.
//
// Invariants:
//  1. A dependency that holds() is one whose content equals what was read.
//  2. The fast path (equal size, modification and change time, inode) is taken
//     only where the last change was visibly before the reading: two changes
//     within one tick of the file system's clock look alike. Change time
//     cannot be set by programs, so a restored modification time does not fool
//     it.
//
// Rejected: modification times alone (version control and archives set them);
// hashing everything on each run (600 units read 200,000 headers between
// them).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CACHE_DEPENDENCIES_H
#define RUNNEL_TOOL_CACHE_DEPENDENCIES_H

#include "tool/cache/Codec.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace runnel::tool {

struct FileStamp {
  uint64_t Size = 0, ModifiedNs = 0, ChangedNs = 0, Inode = 0;
  /// When it was taken; not part of equality.
  uint64_t TakenNs = 0;
  bool same(const FileStamp &O) const {
    return Size == O.Size && ModifiedNs == O.ModifiedNs &&
           ChangedNs == O.ChangedNs && Inode == O.Inode;
  }
  /// Nothing can have happened in the same tick after it was taken.
  bool settled() const;
};

enum class PathState : uint8_t { Missing, File, Folder };

struct Dependency {
  std::string Path; ///< absolute
  PathState State = PathState::File;
  std::string Hash; ///< File: of the bytes; Folder: of the names in it, empty
                    ///< where only its being there mattered
  FileStamp Stamp;
};

/// Nothing: there is no such path.
std::optional<std::pair<PathState, FileStamp>> stampOf(const std::string &Path);
std::string hashOfNames(const std::string &Folder);
/// Empty if it cannot be read.
std::string hashOfFile(const std::string &Path);

/// Answers of the file system, asked once in a run however many units ask.
class FileMemo {
public:
  bool holds(const Dependency &D);

private:
  struct Known {
    std::optional<std::pair<PathState, FileStamp>> Stamp;
    std::string Hash;
    bool Hashed = false;
  };
  std::unordered_map<std::string, Known> Paths;
};

void write(ByteWriter &W, const Dependency &D);
Dependency readDependency(ByteReader &R);

} // namespace runnel::tool

#endif
