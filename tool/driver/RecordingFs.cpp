//===- RecordingFs.cpp - A file system that remembers what was asked ------===//

#include "tool/driver/RecordingFs.h"

#include "tool/cache/Hash.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace runnel::tool {

namespace vfs = llvm::vfs;

class RecordedFile : public vfs::File {
public:
  RecordedFile(std::unique_ptr<vfs::File> Inner, RecordingFs &Fs,
               std::string Path)
      : Inner(std::move(Inner)), Fs(Fs), Path(std::move(Path)) {}

  llvm::ErrorOr<vfs::Status> status() override {
    auto Result = Inner->status();
    if (Result && !Shown.empty())
      return vfs::Status::copyWithNewName(*Result, Shown);
    return Result;
  }
  llvm::ErrorOr<std::string> getName() override {
    if (!Shown.empty())
      return Shown;
    return Inner->getName();
  }
  std::error_code close() override { return Inner->close(); }
  void setPath(const llvm::Twine &P) override { Shown = P.str(); }

  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>>
  getBuffer(const llvm::Twine &Name, int64_t FileSize,
            bool RequiresNullTerminator, bool IsVolatile) override {
    // The stamp is taken before the bytes: a change between the two makes the
    // stamp older than the content, and the next run hashes.
    auto Stamp = stampOf(Path);
    auto Buffer =
        Inner->getBuffer(Name, FileSize, RequiresNullTerminator, IsVolatile);
    if (Buffer && Stamp) {
      Dependency D{Path, PathState::File, hashOf((*Buffer)->getBuffer()),
                   Stamp->second};
      // Read twice with different content: something writes to it meanwhile.
      // No content is "", so the entry can never hold.
      auto [It, New] = Fs.Seen.try_emplace(Path, D);
      if (!New && !It->second.Hash.empty() && It->second.Hash != D.Hash)
        It->second.Hash = "changing";
      else
        It->second = std::move(D);
    }
    return Buffer;
  }

private:
  std::unique_ptr<vfs::File> Inner;
  RecordingFs &Fs;
  std::string Path;
  std::string Shown; ///< the name an overlay wants it to have
};

std::string RecordingFs::absolute(const llvm::Twine &Path) const {
  llvm::SmallString<256> P;
  Path.toVector(P);
  (void)makeAbsolute(P);
  // Only `.` goes: `..` behind a symbolic link is not its textual parent.
  llvm::sys::path::remove_dots(P, /*remove_dot_dot=*/false);
  return P.str().str();
}

void RecordingFs::noteMissing(const std::string &Path) {
  Seen.try_emplace(Path, Dependency{Path, PathState::Missing, "", {}});
}

void RecordingFs::notePresent(const std::string &Path, bool Folder) {
  Seen.try_emplace(
      Path,
      Dependency{Path, Folder ? PathState::Folder : PathState::File, "", {}});
}

llvm::ErrorOr<vfs::Status> RecordingFs::status(const llvm::Twine &Path) {
  auto Result = ProxyFileSystem::status(Path);
  if (Result)
    notePresent(absolute(Path), Result->isDirectory());
  else
    noteMissing(absolute(Path));
  return Result;
}

bool RecordingFs::exists(const llvm::Twine &Path) {
  auto Result = ProxyFileSystem::status(Path);
  if (Result)
    notePresent(absolute(Path), Result->isDirectory());
  else
    noteMissing(absolute(Path));
  return static_cast<bool>(Result);
}

llvm::ErrorOr<std::unique_ptr<vfs::File>>
RecordingFs::openFileForRead(const llvm::Twine &Path) {
  auto Result = ProxyFileSystem::openFileForRead(Path);
  if (!Result) {
    if (Result.getError() == std::errc::no_such_file_or_directory ||
        Result.getError() == std::errc::not_a_directory)
      noteMissing(absolute(Path));
    return Result;
  }
  return std::make_unique<RecordedFile>(std::move(*Result), *this,
                                        absolute(Path));
}

vfs::directory_iterator RecordingFs::dir_begin(const llvm::Twine &Dir,
                                               std::error_code &EC) {
  auto Result = ProxyFileSystem::dir_begin(Dir, EC);
  std::string Path = absolute(Dir);
  if (EC) {
    noteMissing(Path);
    return Result;
  }
  if (auto Stamp = stampOf(Path))
    Seen.insert_or_assign(Path, Dependency{Path, PathState::Folder,
                                           hashOfNames(Path), Stamp->second});
  return Result;
}

std::vector<Dependency> RecordingFs::take() {
  std::vector<Dependency> Result;
  for (auto &[Path, D] : Seen)
    Result.push_back(std::move(D));
  Seen.clear();
  return Result;
}

} // namespace runnel::tool
