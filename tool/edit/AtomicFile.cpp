//===- AtomicFile.cpp - Files written beside and renamed ------------------===//

#include "tool/edit/AtomicFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runnel::tool {

static llvm::Error failed(const std::string &Path, const char *What) {
  const int Error = errno;
  return llvm::createStringError(Path + ": " + What + ": " +
                                 llvm::sys::StrError(Error));
}

PendingFile::PendingFile(PendingFile &&Other)
    : Target(std::move(Other.Target)), Temporary(std::move(Other.Temporary)) {
  Other.Temporary.clear();
}

PendingFile::~PendingFile() {
  if (!Temporary.empty())
    ::unlink(Temporary.c_str());
}

llvm::Expected<PendingFile> PendingFile::write(const llvm::Twine &Path,
                                               llvm::StringRef Content,
                                               bool Durable) {
  static std::atomic<unsigned> Counter{0};
  PendingFile F;
  F.Target = Path.str();
  // Replacing a symbolic link by a file would be a surprise.
  char Resolved[PATH_MAX];
  if (::realpath(F.Target.c_str(), Resolved))
    F.Target = Resolved;
  struct stat Old;
  const bool Exists = ::stat(F.Target.c_str(), &Old) == 0;
  // A pipe or a device (/dev/stdout) is no file to be replaced; neither is it
  // one that could be left half-written.
  if (Exists && !S_ISREG(Old.st_mode)) {
    int Fd = ::open(F.Target.c_str(), O_WRONLY | O_CLOEXEC);
    if (Fd < 0)
      return failed(F.Target, "cannot write");
    bool Good = true;
    while (Good && !Content.empty()) {
      ssize_t N = ::write(Fd, Content.data(), Content.size());
      if (N < 0 && errno == EINTR)
        continue;
      Good = N > 0;
      if (Good)
        Content = Content.drop_front(N);
    }
    ::close(Fd);
    if (!Good)
      return failed(F.Target, "cannot write");
    F.Temporary.clear();
    return std::move(F);
  }
  F.Temporary = F.Target + ".runnel-" + std::to_string(::getpid()) + "-" +
                std::to_string(Counter++);
  int Fd = ::open(F.Temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  0666);
  if (Fd < 0) {
    F.Temporary.clear();
    return failed(F.Target, "cannot write");
  }
  bool Good = !Exists || ::fchmod(Fd, Old.st_mode & 07777) == 0;
  while (Good && !Content.empty()) {
    ssize_t N = ::write(Fd, Content.data(), Content.size());
    if (N < 0 && errno == EINTR)
      continue;
    Good = N > 0;
    if (Good)
      Content = Content.drop_front(N);
  }
  if (Good && Durable)
    Good = ::fsync(Fd) == 0;
  if (::close(Fd) != 0)
    Good = false;
  if (!Good)
    return failed(F.Target, "cannot write");
  return std::move(F);
}

llvm::Error PendingFile::commit() {
  if (Temporary.empty())
    return llvm::Error::success();
  if (::rename(Temporary.c_str(), Target.c_str()) != 0)
    return failed(Target, "cannot replace");
  Temporary.clear();
  return llvm::Error::success();
}

llvm::Error writeFileAtomically(const llvm::Twine &Path,
                                llvm::StringRef Content, bool Durable) {
  llvm::Expected<PendingFile> F = PendingFile::write(Path, Content, Durable);
  if (!F)
    return F.takeError();
  return F->commit();
}

} // namespace runnel::tool
