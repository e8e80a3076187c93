//===- Dependencies.cpp - What a result was made from ---------------------===//

#include "tool/cache/Dependencies.h"

#include "tool/cache/Hash.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <sys/stat.h>
#include <time.h>

namespace runnel::tool {

static uint64_t nanoseconds(const timespec &T) {
  return uint64_t(T.tv_sec) * 1'000'000'000 + T.tv_nsec;
}

bool FileStamp::settled() const {
  // Two seconds: the coarsest clock a file system in use keeps (FAT, some
  // network mounts).
  constexpr uint64_t Tick = 2'000'000'000;
  return TakenNs > std::max(ModifiedNs, ChangedNs) + Tick;
}

std::optional<std::pair<PathState, FileStamp>>
stampOf(const std::string &Path) {
  struct stat S;
  if (::stat(Path.c_str(), &S) != 0)
    return std::nullopt;
  timespec Now;
  ::clock_gettime(CLOCK_REALTIME, &Now);
  FileStamp F{uint64_t(S.st_size), nanoseconds(S.st_mtim),
              nanoseconds(S.st_ctim), uint64_t(S.st_ino), nanoseconds(Now)};
  return std::pair(S_ISDIR(S.st_mode) ? PathState::Folder : PathState::File, F);
}

std::string hashOfNames(const std::string &Folder) {
  std::vector<std::string> Names;
  std::error_code EC;
  for (llvm::sys::fs::directory_iterator It(Folder, EC), End; It != End && !EC;
       It.increment(EC))
    Names.push_back(llvm::sys::path::filename(It->path()).str());
  llvm::sort(Names);
  Hasher H;
  for (const std::string &N : Names)
    H.text(N);
  return H.finish();
}

std::string hashOfFile(const std::string &Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  return Buffer ? hashOf((*Buffer)->getBuffer()) : std::string();
}

bool FileMemo::holds(const Dependency &D) {
  auto [It, New] = Paths.try_emplace(D.Path);
  Known &K = It->second;
  if (New)
    K.Stamp = stampOf(D.Path);
  if (D.State == PathState::Missing)
    return !K.Stamp;
  if (!K.Stamp || K.Stamp->first != D.State)
    return false;
  if (D.Hash.empty())
    return true;
  if (K.Stamp->second.same(D.Stamp) && D.Stamp.settled())
    return true;
  if (!K.Hashed) {
    K.Hash =
        D.State == PathState::File ? hashOfFile(D.Path) : hashOfNames(D.Path);
    K.Hashed = true;
  }
  return K.Hash == D.Hash;
}

void write(ByteWriter &W, const Dependency &D) {
  W.text(D.Path);
  W.u8(static_cast<uint8_t>(D.State));
  if (D.State == PathState::Missing)
    return;
  W.text(D.Hash);
  if (D.Hash.empty())
    return;
  W.u64(D.Stamp.Size);
  W.u64(D.Stamp.ModifiedNs);
  W.u64(D.Stamp.ChangedNs);
  W.u64(D.Stamp.Inode);
  W.u64(D.Stamp.TakenNs);
}

Dependency readDependency(ByteReader &R) {
  Dependency D;
  D.Path = R.text().str();
  D.State = static_cast<PathState>(R.u8() % 3);
  if (D.State == PathState::Missing)
    return D;
  D.Hash = R.text().str();
  if (D.Hash.empty())
    return D;
  D.Stamp.Size = R.u64();
  D.Stamp.ModifiedNs = R.u64();
  D.Stamp.ChangedNs = R.u64();
  D.Stamp.Inode = R.u64();
  D.Stamp.TakenNs = R.u64();
  return D;
}

} // namespace runnel::tool
