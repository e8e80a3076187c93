//===- Cache.cpp - A folder of checksummed blobs --------------------------===//

#include "tool/cache/Cache.h"

#include "tool/cache/Hash.h"
#include "tool/edit/AtomicFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <vector>

namespace runnel::tool {

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr llvm::StringLiteral Magic = "RNLCACHE1\n";
static constexpr size_t ChecksumSize = 32;

Cache::Cache(std::string Folder, uint64_t LimitMb)
    : Folder(std::move(Folder)), LimitMb(LimitMb) {}

std::string Cache::pathOf(llvm::StringRef Kind, llvm::StringRef Key) const {
  llvm::SmallString<256> P(Folder);
  path::append(P, Kind, Key.take_front(2), Key);
  return P.str().str();
}

std::optional<std::string> Cache::get(llvm::StringRef Kind,
                                      llvm::StringRef Key) {
  if (!on())
    return std::nullopt;
  const std::string File = pathOf(Kind, Key);
  auto Buffer = llvm::MemoryBuffer::getFile(File, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return std::nullopt;
  llvm::StringRef Bytes = (*Buffer)->getBuffer();
  if (!Bytes.consume_front(Magic) || Bytes.size() < ChecksumSize ||
      hashOf(Bytes.drop_front(ChecksumSize)) !=
          Bytes.take_front(ChecksumSize)) {
    (void)fs::remove(File);
    return std::nullopt;
  }
  struct stat S;
  if (::stat(File.c_str(), &S) == 0 && ::time(nullptr) - S.st_mtime > 3600)
    (void)::utimensat(AT_FDCWD, File.c_str(), nullptr, 0);
  return Bytes.drop_front(ChecksumSize).str();
}

bool Cache::prepare() {
  if (Prepared)
    return Trouble.empty();
  Prepared = true;
  if (std::error_code EC = fs::create_directories(Folder)) {
    Trouble = EC.message();
    return false;
  }
  // Back-up programs and the like skip folders that say so.
  llvm::SmallString<256> Tag(Folder);
  path::append(Tag, "CACHEDIR.TAG");
  if (!fs::exists(Tag))
    llvm::consumeError(writeFileAtomically(
        Tag, "Signature: 8a477f597d28d172789f06886806bc55\n"
             "# This folder holds what `runnel check` has parsed before. It "
             "may be removed at any time.\n"));
  return true;
}

void Cache::put(llvm::StringRef Kind, llvm::StringRef Key,
                llvm::StringRef Bytes) {
  if (!on() || !Trouble.empty() || !prepare())
    return;
  const std::string File = pathOf(Kind, Key);
  if (std::error_code EC = fs::create_directories(path::parent_path(File))) {
    Trouble = EC.message();
    return;
  }
  std::string Content;
  Content.reserve(Magic.size() + ChecksumSize + Bytes.size());
  Content += Magic;
  Content += hashOf(Bytes);
  Content += Bytes;
  if (llvm::Error E = writeFileAtomically(File, Content)) {
    Trouble = llvm::toString(std::move(E));
    return;
  }
  Wrote = true;
}

void Cache::trim() {
  if (!on() || !Wrote)
    return;
  struct Entry {
    std::string Path;
    uint64_t Size;
    llvm::sys::TimePoint<> Used;
  };
  std::vector<Entry> Entries;
  uint64_t Total = 0;
  std::error_code EC;
  for (fs::recursive_directory_iterator It(Folder, EC), End; It != End && !EC;
       It.increment(EC)) {
    fs::file_status S;
    if (fs::status(It->path(), S) || !fs::is_regular_file(S))
      continue;
    Entries.push_back({It->path(), S.getSize(), S.getLastModificationTime()});
    Total += S.getSize();
  }
  const uint64_t Limit = LimitMb << 20;
  if (Total <= Limit)
    return;
  llvm::sort(Entries,
             [](const Entry &A, const Entry &B) { return A.Used < B.Used; });
  // Some room below the limit, so that not every run has to trim.
  for (const Entry &E : Entries) {
    if (Total <= Limit / 10 * 9)
      break;
    if (path::filename(E.Path) == "CACHEDIR.TAG")
      continue;
    if (!fs::remove(E.Path))
      Total -= E.Size;
  }
}

std::string defaultCacheFolder(llvm::StringRef Fallback) {
  llvm::SmallString<256> P;
  if (const char *Xdg = std::getenv("XDG_CACHE_HOME"); Xdg && *Xdg == '/')
    P = Xdg;
  else if (const char *Home = std::getenv("HOME"); Home && *Home == '/')
    path::append(P, Home, ".cache");
  else {
    P = Fallback;
    path::append(P, ".runnel-cache");
    return P.str().str();
  }
  path::append(P, "runnel");
  return P.str().str();
}

} // namespace runnel::tool
